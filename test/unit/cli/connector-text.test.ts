import { expect, it } from 'vitest';
import { connectorText } from '../../../src/cli/connector-text.ts';
import { parseConfig } from '../../../src/config/load.ts';
import type { Connector } from '../../../src/core/connectors.ts';

const connector = (toml: string): Connector => parseConfig(toml, 'config.toml').connectors.own as Connector;

const OWN = `[connectors.own]
description = "a queue"
routes = ["cloud-code"]
url = "https://queue.example.com/v1"
key = { env = "QUEUE_KEY" }
auth = { header = "X-Key", scheme = "", optional = true }
languages = { Python = 3 }
settings = { most_ms = 10 }
ca_file = "/etc/ca.pem"
slots = 2
limits = { connect = "90s", first_byte = "1500ms", idle = "2h", response = "1536KiB" }
before = [{ path = "/session", save = { session = "id" } }]
after = [{ method = "DELETE", path = "/session/{{ session }}" }]
cancel = { method = "DELETE", path = "/job" }
[connectors.own.call]
path = "/jobs"
body = "source={{ source }}"
body_type = "form"
[connectors.own.poll]
call = { path = "/job" }
state = "state"
pending = ["queued"]
every = "250ms"
[connectors.own.files]
list = { path = "/files" }
items = "files"
get = { path = "/file" }
base64 = "data"
[connectors.own.response]
format = "json"
stdout = "out"
exit_code = "code"
timed_out = "late"
`;

it('is a config that loads, and means the same', () => {
  const before = connector(OWN);
  const text = connectorText(before);
  expect(text).toContain('first_byte = "1500ms"');
  expect(text).toContain('response = "1536KiB"');
  expect(connector(text)).toEqual(before);
});

it('also without a key', () => {
  const before = connector(OWN.replace(/^(key|auth) = .*$/gm, ''));
  expect(connector(connectorText(before))).toEqual(before);
});

it('shows no password of a proxy and no header that may hold a secret', () => {
  const text = connectorText(
    connector(
      `proxy = "http://me:s3cret@proxy:3128"
headers = { Cookie = "s3cret", Accept = "text/plain", X-Id = "{{ id }}" }
${OWN}`
        .replace(/^([\s\S]*?)\[connectors.own\]\n/, '[connectors.own]\n$1')
        .replace('path = "/job" }\nstate', 'path = "/job", headers = { X-Token = "s3cret" } }\nstate'),
    ),
  );
  expect(text).not.toContain('s3cret');
  expect(text).not.toContain('me:');
  expect(text).toContain('proxy:3128');
  expect(text).toContain('Accept = "text/plain"');
  expect(text).toContain('{{ id }}');
});
