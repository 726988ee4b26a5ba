// The preset for Ollama's chat.

import { PIXEL, testProtocol } from './models.ts';

testProtocol({
  preset: 'ollama',
  base: '',
  cutAnswer: {
    contentType: 'application/x-ndjson',
    body: `${JSON.stringify({ message: { content: 'as far as' }, done: false })}\n${JSON.stringify({ done: true, done_reason: 'length' })}\n`,
    why: 'length',
  },
  namesCalls: false,
  sentAttachments: (body) => body.messages[0],
  expectedAttachments: {
    role: 'user',
    content: 'look at these\n\nnotes.md:\nsome "notes"',
    images: [PIXEL],
  },
});
