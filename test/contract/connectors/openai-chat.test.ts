// The preset for OpenAI's Chat Completions.

import { sse } from '../../helpers/http-service.ts';
import { PIXEL, testProtocol } from './models.ts';

testProtocol({
  preset: 'openai-chat',
  base: '/v1',
  cutAnswer: {
    contentType: 'text/event-stream',
    body: sse(
      { model: 'm', choices: [{ index: 0, delta: { content: 'as far as' }, finish_reason: null }] },
      { model: 'm', choices: [{ index: 0, delta: {}, finish_reason: 'length' }] },
      '[DONE]',
    ),
    why: 'length',
  },
  namesCalls: true,
  sentAttachments: (body) => body.messages[0].content,
  expectedAttachments: [
    { type: 'text', text: 'look at these' },
    { type: 'text', text: 'notes.md:\nsome "notes"' },
    { type: 'image_url', image_url: { url: `data:image/png;base64,${PIXEL}` } },
  ],
});
