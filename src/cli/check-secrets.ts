/** Whether the secrets that config.toml names could be given to runs now. Their values are read, and go nowhere. */

import { homedir } from 'node:os';
import type { Config } from '../config/schema.ts';
import { asDispatchError } from '../core/errors.ts';
import { createSecrets } from '../peer/secrets/own-secrets.ts';

/** A sentence for each that could not. `env` is that of the caller, and the peer may have another. */
export async function checkSecrets(secrets: Config['secrets'], env: NodeJS.ProcessEnv): Promise<string[]> {
  const own = createSecrets(secrets, env, homedir());
  const warnings: string[] = [];
  for (const name of own.names()) {
    const source = secrets[name];
    if (source !== undefined && 'env' in source && (env[source.env] ?? '') === '') {
      warnings.push(
        `the secret ${name}: the variable ${source.env} is not set here, and the peer has to be started with it`,
      );
      continue;
    }
    try {
      await own.read([name]);
    } catch (thrown) {
      const { message, hint } = asDispatchError(thrown);
      warnings.push(hint === undefined ? message : `${message}: ${hint}`);
    }
  }
  return warnings;
}
