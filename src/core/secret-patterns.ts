/**
 * What secrets look like: formats that their issuers document, and the usual ways of putting a secret on a command line. All are
 * linear on hostile text, and none reaches beyond one word, one quoted value or one key: a mask must not hide what runs.
 */

/** Where the part that is kept ends is the end of group 1; without one, all of a match is secret. */
export interface SecretPattern {
  readonly pattern: RegExp;
  /** Known by where it stands and not by its form: then it may be code that the shell would carry out, which stays visible. */
  readonly byPlace?: true;
}

/** A token may stand behind anything but a letter or a digit. */
function token(form: string): SecretPattern {
  return { pattern: new RegExp(`(?<![A-Za-z0-9])(?:${form})`, 'g') };
}

/** What the tokens of an issuer begin with, where letters and digits follow. */
const BEFORE_ALPHANUMERIC = [
  'gh[pousr]_', // GitHub
  'npm_',
  '[spr]k_(?:live|test)_', // Stripe
  'gsk_', // Groq
  'r8_', // Replicate
  'hf_', // Hugging Face
  'lin_api_', // Linear
  'ntn_', // Notion
  'shp(?:pa|ca|at|ss)_', // Shopify
  'glsa_', // Grafana
  'vc[piark]_', // Vercel
  'cf(?:k|ut|at)_', // Cloudflare
  'do[opr]_v1_', // DigitalOcean
  'rubygems_',
  'sbp_', // Supabase
  'nfp_', // Netlify
  'dapi(?=[0-9a-f]{20})', // Databricks
  'xai-',
  'pplx-', // Perplexity
  'NRAK-', // New Relic
  'dp\\.(?:pt|st|ct|sa|scim|audit)\\.', // Doppler
  'AGE-SECRET-KEY-1',
];

/** The same, where other characters may stand between them. */
const BEFORE_OTHERS = [
  'ghs_[0-9]{1,20}_', // GitHub's installations of apps
  'github_pat_',
  'gl(?:pat|ptt|dt|rt|cbt|soat|ft|agent|imt)-', // GitLab
  'xapp-', // Slack
  'sk-', // OpenAI, Anthropic, and those that do as they do
  'whsec_', // Stripe
  'AIza', // Google
  'ya29\\.',
  'GOCSPX-',
  'glc_', // Grafana
  'ops_ey', // 1Password
  'hv[sbr]\\.', // HashiCorp Vault
  'dckr_(?:pat|oat)_',
  'figd_',
  'tskey-', // Tailscale
  'pypi-AgE',
  'HRKU-', // Heroku
  'PMAK-', // Postman
  'ATATT3', // Atlassian
  'sntry[su]_', // Sentry
  'pscale_(?:tkn|pw|oauth)_', // PlanetScale
  'sq0(?:atp|csp)-', // Square
];

/** What ends a text that may be the beginning of a secret; group 1 is what comes before it. */
export const SECRET_BEGINNING = new RegExp(
  `((?:^|[^A-Za-z0-9])(?:${[...BEFORE_ALPHANUMERIC, ...BEFORE_OTHERS, 'xox[abceoprs]-', 'eyJ', 'A(?:KI|SI)A'].join('|')}))[A-Za-z0-9_./+=~-]+$`,
);

/** What every text that holds a secret has somewhere: cheap to look for, and found in few lines of what programs print. */
export const MAY_HOLD_SECRET = new RegExp(
  [
    ...[...BEFORE_ALPHANUMERIC, ...BEFORE_OTHERS].map((begins) => `${begins}[A-Za-z0-9_+/-]{8}`),
    'xox[abceoprs]-|eyJ[A-Za-z0-9_-]{8}|A(?:KI|SI)A[A-Z0-9]{8}|SG\\.|SK[0-9a-f]{8}|key-[0-9a-f]{8}|:AA|(?<=[A-Za-z0-9_-]{23})\\.[A-Za-z0-9_-]{6}\\.',
    'hooks\\.slack|webhooks/|PRIVATE KEY|(?:bearer|basic|token)[ \\t]|://[^\\s/:@]{0,256}[:@]|[ \\t](?:-u|--user|--proxy-user|-p)',
    `(?:pass|pwd|passwd|password|passphrase|secret|key|credentials?|token)(?:["'\\\\]|[ \\t]{0,64}[=:]|[ \\t])`,
  ].join('|'),
  'gi',
);

/** The rest of a token, to the end of its word. */
const REST = '(?:[A-Za-z0-9_+/=~-]|\\.(?=[A-Za-z0-9]))*';

const VALUE_NAME =
  '(?:password|passwd|passphrase|pass|pwd|secret|(?:api|access|account|secret|private|signing|encryption)[_-]?key|credentials?|token)';
/** Pieces of one shell word: pieces that stand against each other are one, as they are for a shell. A quote may lack its end. */
const PIECE = `(?:"(?:[^"\\\\]|\\\\[^]){0,4096}"|'[^']{0,4096}'|[^\\s"';&|]+|["'][^\\s;&|]{1,4096})`;
const VALUE = `${PIECE}(?:(?=[\\w$"'\\\\])${PIECE})*`;
/** What stands between a name and its value. For a shell, a value stands at its `=`: what comes after a blank is a command. */
const BETWEEN = `(?:\\\\{0,3}["']?(?:[ \\t]{0,64}(?:=>|:=|:)[ \\t]{0,64}|[ \\t]{1,64}=[ \\t]{0,64}|=)|[ \\t]{1,8}(?=["']))`;

export const SECRET_PATTERNS: readonly SecretPattern[] = [
  token(`(?:${BEFORE_ALPHANUMERIC.join('|')})[A-Za-z0-9]{20,}${REST}`),
  token(`(?:${BEFORE_OTHERS.join('|')})[A-Za-z0-9_+/-]{20,}${REST}`),
  token(`xox[abceoprs]-[A-Za-z0-9-]{10,}${REST}`), // Slack
  token('A(?:KI|SI)A[A-Z0-9]{16}(?![A-Za-z0-9])'), // AWS access key ids
  token('SG\\.[A-Za-z0-9_-]{16,128}\\.[A-Za-z0-9_-]{16,128}'), // SendGrid
  token('SK[0-9a-f]{32}(?![A-Za-z0-9])'), // Twilio
  token('key-[0-9a-f]{32}(?![A-Za-z0-9])'), // Mailgun
  token('[0-9]{8,10}:AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])'), // Telegram
  token('[MNO][A-Za-z0-9_-]{23,27}\\.[A-Za-z0-9_-]{6}\\.[A-Za-z0-9_-]{27,40}(?![A-Za-z0-9_-])'), // Discord
  { pattern: /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{0,4000}/g }, // JSON web tokens
  { pattern: /(\bhooks\.slack\.com\/(?:services|workflows|triggers)\/)[A-Za-z0-9_/-]{8,}/gi },
  { pattern: /(\bdiscord(?:app)?\.com\/api\/webhooks\/)[A-Za-z0-9_/-]{8,}/gi },
  // A private key: its lines, also where a line's end is spelled \n, but nothing that is not of a key.
  {
    pattern:
      /-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:(?:\s|\\[nr]){1,8}(?:[A-Z][A-Za-z-]{1,20}: [A-Za-z0-9,. /@:+-]{1,120}(?=[\r\n\\])|[A-Za-z0-9+/=]{1,20000}(?=(?:[ \t]{0,8}[\r\n]|\\[nr]|["']|[ \t]?-----END|$))))*(?:(?:\s|\\[nr]){0,8}-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----)?/g,
  },
  { pattern: /(\b(?:bearer|basic|token)[ \t]{1,8})[A-Za-z0-9._~+/=-]{8,}/gi }, // Authorization headers
  { pattern: /(\bhttps?:\/\/)[^\s/:@]{1,256}(?=:x-oauth-basic@)/gi, byPlace: true }, // GitHub's, where the name is the token
  { pattern: /(\b[a-z][a-z0-9+.-]{0,30}:\/\/[^\s/:@]{0,256}:)[^\s/@]{1,1024}(?=@)/gi, byPlace: true }, // scheme://user:password@host
  // NAME=value, "name": "value", --name=value, name 'value'. It begins at the start of a word, so that it stays linear.
  byPlace(`(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{0,64}${VALUE_NAME}${BETWEEN}`),
  byPlace('[ \\t]--(?:password|passwd|passphrase|pass|secret|api-key|token)[ \\t]{1,8}'),
  byPlace(`[ \\t](?:-u|--user|--proxy-user)[ =]{1,8}["']?[^\\s:"']{1,256}:`), // curl -u name:password
  { pattern: /([ \t](?:-u|--user|--proxy-user)[ =]{1,8}"[^\s:"]{1,256}:)[^"]{1,1024}/g, byPlace: true },
  { pattern: /([ \t](?:-u|--user|--proxy-user)[ =]{1,8}'[^\s:']{1,256}:)[^']{1,1024}/g },
  byPlace('\\bsshpass[ \\t]{1,8}-p[ \\t]{0,8}'),
  byPlace('\\b(?:mysql|mysqldump|mysqladmin|mariadb)\\b[^\\n;&|]{0,200}?[ \\t]-p'),
];

/** What stands at a place for secrets. */
function byPlace(place: string): SecretPattern {
  return { pattern: new RegExp(`(${place})${VALUE}`, 'gi'), byPlace: true };
}
