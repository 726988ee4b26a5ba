// The preset for Anthropic's Messages.

import { sse } from '../../helpers/http-service.ts';
import { PIXEL, testProtocol } from './models.ts';

testProtocol({
  preset: 'anthropic-messages',
  base: '/v1',
  cutAnswer: {
    contentType: 'text/event-stream',
    body: sse(
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'as far as' } },
      { type: 'message_delta', delta: { stop_reason: 'max_tokens' }, usage: { output_tokens: 3 } },
      { type: 'message_stop' },
    ),
    why: 'max_tokens',
  },
  namesCalls: true,
  sentAttachments: (body) => body.messages[0].content,
  expectedAttachments: [
    { type: 'text', text: 'notes.md:\nsome "notes"' },
    { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } },
    { type: 'text', text: 'look at these' },
  ],
});
