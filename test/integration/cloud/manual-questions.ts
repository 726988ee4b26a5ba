// What people ask of Dispatch, and which document of the manual has the answer. In `says`: what must stand in one of the extracts.

export interface ManualQuestion {
  readonly question: string;
  /** Any of them will do. */
  readonly documents: readonly string[];
  readonly says?: string | RegExp;
}

export const MANUAL_QUESTIONS: readonly ManualQuestion[] = [
  { question: 'how do I pair a device', documents: ['README.md', 'docs/HEADLESS.md'], says: 'dispatch pair' },
  { question: 'How can I pair two machines?', documents: ['README.md', 'docs/HEADLESS.md'], says: 'dispatch pair' },
  {
    question: 'how do I remove a device that I paired',
    documents: ['README.md', 'docs/SECURITY.md', 'docs/HEADLESS.md'],
    says: /revoke|revoking/i,
  },
  { question: 'what keys can I use in the dashboard?', documents: ['docs/KEYS.md', 'README.md'] },
  { question: 'which key cancels a run', documents: ['docs/KEYS.md', 'README.md'], says: /cancel/i },
  {
    question: 'how to approve a run always',
    documents: ['README.md', 'docs/SECURITY.md', 'docs/KEYS.md'],
    says: /--always|always/,
  },
  { question: 'how do I undo a change to a file?', documents: ['docs/FILES.md', 'README.md'], says: 'undo' },
  { question: 'copy a folder to another machine', documents: ['docs/FILES.md', 'README.md'], says: /copy/ },
  { question: 'search for text in files on my nas', documents: ['docs/FILES.md', 'README.md'], says: /search/ },
  {
    question: 'how do I take a screenshot of the desktop',
    documents: ['docs/DESKTOP.md', 'README.md'],
    says: /screenshot/,
  },
  {
    question: 'does the desktop work on Wayland?',
    documents: ['docs/DESKTOP.md', 'docs/SECURITY.md', 'docs/ARCHITECTURE.md'],
    says: 'Wayland',
  },
  { question: 'how do I save a web page as PDF', documents: ['docs/BROWSER.md', 'README.md'], says: /pdf/i },
  {
    question: 'turn on browser automation',
    documents: ['docs/BROWSER.md', 'README.md', 'docs/CONFIG.md'],
    says: 'browser_automation',
  },
  { question: 'run the peer as a systemd service', documents: ['docs/HEADLESS.md'], says: 'peer install' },
  { question: 'prometheus metrics', documents: ['docs/HEADLESS.md'], says: /metrics/ },
  { question: 'where are the logs of the peer?', documents: ['docs/HEADLESS.md', 'docs/CONFIG.md'] },
  { question: 'how long are artifacts kept', documents: ['README.md', 'docs/CONFIG.md'], says: /30 days|keep/ },
  { question: 'where is the config file?', documents: ['docs/CONFIG.md'] },
  { question: 'which port does it listen on', documents: ['docs/CONFIG.md', 'docs/HEADLESS.md'], says: /4747|listen/ },
  { question: 'how does the sandbox work', documents: ['docs/SECURITY.md', 'README.md', 'docs/ARCHITECTURE.md'] },
  { question: 'can a run read my ssh keys?', documents: ['docs/SECURITY.md', 'docs/CONFIG.md'], says: '~/.ssh' },
  { question: 'how do I deny git push', documents: ['README.md', 'docs/SECURITY.md', 'docs/CONFIG.md'], says: /deny/ },
  { question: 'verify the audit log', documents: ['README.md', 'docs/SECURITY.md'], says: 'audit' },
  {
    question: 'what does full-access mean?',
    documents: ['README.md', 'docs/SECURITY.md', 'docs/ARCHITECTURE.md'],
    says: 'full-access',
  },
  {
    question: 'what happens when the connection is lost during a run',
    documents: ['docs/ARCHITECTURE.md', 'README.md', 'docs/SECURITY.md'],
  },
  { question: 'use a coding agent with dispatch', documents: ['README.md', 'docs/SECURITY.md'], says: /agent/ },
  {
    question: 'notifications on my desktop',
    documents: ['docs/CONFIG.md', 'docs/HEADLESS.md', 'README.md'],
    says: /notif/i,
  },
  { question: 'how fast is the first paint of the dashboard', documents: ['docs/PERFORMANCE.md'] },
  {
    question: 'which folders may tasks reach?',
    documents: ['README.md', 'docs/SECURITY.md', 'docs/CONFIG.md', 'docs/FILES.md'],
    says: /reach/,
  },
  { question: 'evaluate an expression', documents: ['README.md'], says: /= 6 \* 7|expressions/ },
  { question: 'scrennshot of a widnow', documents: ['docs/DESKTOP.md', 'README.md'], says: /screenshot/ },
  {
    question: 'aproval expires',
    documents: ['docs/CONFIG.md', 'docs/SECURITY.md', 'docs/ARCHITECTURE.md'],
    says: /approv/i,
  },
];
