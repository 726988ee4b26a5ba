// The preset for OpenAI's Responses.

import { sse } from '../../helpers/http-service.ts';
import { PIXEL, testProtocol } from './models.ts';

testProtocol({
  preset: 'openai-responses',
  base: '/v1',
  cutAnswer: {
    contentType: 'text/event-stream',
    body: sse(
      { type: 'response.output_text.delta', delta: 'as far as' },
      { type: 'response.incomplete', response: { model: 'm', incomplete_details: { reason: 'max_output_tokens' } } },
    ),
    why: 'max_output_tokens',
  },
  namesCalls: true,
  sentAttachments: (body) => body.input[0].content,
  expectedAttachments: [
    { type: 'input_text', text: 'look at these' },
    { type: 'input_text', text: 'notes.md:\nsome "notes"' },
    { type: 'input_image', image_url: `data:image/png;base64,${PIXEL}` },
  ],
});
