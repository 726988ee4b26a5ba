/**
 * Finds what looks like a secret and masks it, before anything is stored or shown. A mask is for eyes only: it never flows
 * back into a command, which runs from the raw action.
 */

export const MASK = '••••••';

/** Formats documented by their issuers, and the usual ways of putting a secret on a command line. Group 1, where there is one, is kept. */
const PATTERNS: readonly RegExp[] = [
  /\bgh[pousr]_[A-Za-z0-9]{20,}/g, // GitHub tokens
  /\bgithub_pat_[A-Za-z0-9_]{22,}/g,
  /\bglpat-[A-Za-z0-9_-]{20,}/g, // GitLab
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, // AWS access key ids
  /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/g, // Slack
  /\bsk-[A-Za-z0-9_-]{20,}/g, // OpenAI, Anthropic
  /\b[sr]k_(?:live|test)_[A-Za-z0-9]{16,}/g, // Stripe
  /\bnpm_[A-Za-z0-9]{30,}/g,
  /\bAIza[A-Za-z0-9_-]{30,}/g, // Google
  /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{0,4000}/g, // JSON web tokens
  /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)/g,
  /(\b(?:bearer|basic|token)\s{1,8})[A-Za-z0-9._~+/=-]{8,}/gi, // Authorization headers
  /(\b[a-z][a-z0-9+.-]{0,30}:\/\/[^\s/:@]{0,256}:)[^\s/@]{1,1024}(?=@)/gi, // scheme://user:password@host
  // NAME=value, "name": "value", --name=value, name 'value'. It begins at the start of a word, so that it stays linear.
  /((?<![A-Za-z0-9_-])[A-Za-z0-9_-]{0,64}(?:password|passwd|passphrase|pass|pwd|secret|(?:api|access|secret|private)[_-]?key|credentials?|token)(?:["']?\s{0,8}[=:]\s{0,8}|\s{1,8}(?=["'])))(?:"[^"]*"|'[^']*'|[^\s"';&|]+)/gi,
  /(\s(?:-u|--user)[ =]{1,8}[^\s:]{1,256}:)[^\s]+/g, // curl -u name:password
  /(\s--(?:password|passwd|passphrase|pass|secret|api-key|token)\s{1,8})(?:"[^"]*"|'[^']*'|[^\s"';&|]+)/gi,
];

/** The text with every secret replaced by {@link MASK}. Equal to the text if there is none. */
export function maskSecrets(text: string): string {
  let masked = text;
  for (const pattern of PATTERNS) {
    masked = masked.replace(pattern, (_match, kept: unknown) => (typeof kept === 'string' ? kept : '') + MASK);
  }
  return masked;
}
