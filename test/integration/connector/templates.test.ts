// Templates and requests: what is asked cannot change what is sent, and what is wrong in a template says where.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTemplates } from '../../../src/routes/cloud/connector/templates.ts';
import { ask, clientOf, failureOf, program, question, run } from '../../helpers/connectors.ts';
import { json, serve } from '../../helpers/http-service.ts';

async function sent(table: string, stdin = 'a&b=c "d"\n') {
  const service = await serve((_asked, response) => json(response, { out: '' }));
  const response = '[connectors.it.response]\nformat = "json"\nstdout = "out"\n';
  const client = await clientOf(`routes = ["cloud-code"]\nurl = "${service.url}/base/"\n${table}\n${response}`);
  await run(client, program('source', { stdin }));
  return service.asked;
}

describe('a request', () => {
  it('is escaped for where it goes', async () => {
    const [asked] = await sent(`
[connectors.it.call]
method = "PUT"
path = "/x/{{ stdin }}/y"
query = { q = "{{ stdin }}", fixed = "1" }
headers = { X-Language = "{{ language }}" }
body_type = "form"
body = "a={{ stdin }}&b={{ language }}"
`);
    const url = new URL(asked?.path ?? '', 'http://x');
    expect(asked?.method).toBe('PUT');
    expect(url.pathname).toBe('/base/x/a%26b%3Dc%20%22d%22%0A/y');
    expect([...url.searchParams]).toEqual([
      ['q', 'a&b=c "d"\n'],
      ['fixed', '1'],
    ]);
    expect(asked?.headers).toMatchObject({
      'x-language': 'python',
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect([...new URLSearchParams(asked?.body)]).toEqual([
      ['a', 'a&b=c "d"\n'],
      ['b', 'python'],
    ]);
  });

  it('may be text', async () => {
    const [asked] = await sent('[connectors.it.call]\nbody_type = "text"\nbody = "<{{ stdin }}>"\n');
    expect(asked?.body).toBe('<a&b=c "d"\n>');
    expect(asked?.headers['content-type']).toContain('text/plain');
  });

  it('makes a call for each thing of a list, and none where it is told not to', async () => {
    const asked = await sent(`
[[connectors.it.before]]
path = "/each/{{ item }}"
each = "things"
[[connectors.it.before]]
path = "/never"
when = "{{ nothing_of_this_name }}"
[connectors.it.settings]
things = ["a", "b/c"]
[connectors.it.call]
path = "/call"
`);
    expect(asked.map(({ path }) => path)).toEqual(['/base/each/a', '/base/each/b%2Fc', '/base/call']);
  });

  it.each([
    ['a header with a line of its own', 'headers = { X = "{{ stdin }}" }', 'header X'],
    ['a path that leads up', 'path = "/{{ up }}/x"', 'piece of a path'],
    ['a path that leads to another host', 'path = "@evil.example/{{ language }}"', 'another host'],
    ['a body that is no JSON', 'body = "{{ language }}{{ language }}"', 'template call.body'],
    ['a name that nothing has', 'body = "{{ lanugage }}"', 'undefined variable: lanugage'],
    ['what is inherited', 'body = "{{ files.constructor }}"', 'undefined variable'],
    ['a file of this machine', 'body = "{% include \'/etc/passwd\' %}"', 'template call.body'],
    ['what the template refuses', 'body = "{{ \'not today\' | refuse }}"', 'not today'],
  ])('is not sent with %s', async (_name, call, why) => {
    const service = await serve((_asked, response) => json(response, {}));
    const table = `routes = ["cloud-code"]\nurl = "${service.url}"\nsettings = { up = ".." }\n[connectors.it.call]\n${call}\n[connectors.it.response]\nformat = "json"\n`;
    const failure = await failureOf(run(await clientOf(table), program('x', { stdin: 'a\r\nb: c' })));
    expect(failure.message).toContain(why);
    expect(service.connections).toBe(0);
  });
});

describe('a body', () => {
  it('of JSON says what it was given, whatever that is', async () => {
    const templates = await createTemplates();
    fc.assert(
      fc.property(fc.jsonValue(), fc.string({ unit: 'binary' }), (value, text) => {
        const body = templates.render(
          'json',
          '{ "v": {{ v }}, "t": {{ t }}, "l": [{% for i in l %}{{ i }},{% endfor %}0] }',
          { v: value, t: text, l: [text] },
        );
        expect(JSON.parse(body)).toEqual(JSON.parse(JSON.stringify({ v: value, t: text, l: [text, 0] })));
      }),
    );
  });
});

describe('mapping', () => {
  it('tells what an expression stumbled over, if nothing was found at all', async () => {
    const service = await serve((_asked, response) => json(response, { text: null }));
    const client = await clientOf(
      `routes = ["cloud-knowledge"]\nurl = "${service.url}"\n[connectors.it.call]\n[connectors.it.response]\nformat = "json"\ntext = "join('', text)"\n`,
    );
    const failure = await failureOf(ask(client, question('x')));
    expect(failure.message).toContain('join()');
  });
});
