// Does what the pairing page and the pages of devices want done. A ticket goes from the field to the peer and nowhere else: it
// is written to no file, and to no history.

import type { ControlClient } from '../../control/client/client.ts';
import { DispatchError } from '../../core/errors.ts';
import type { PairJoinParams } from '../../protocol/pairing-api.ts';
import type { Effect } from '../model/effects.ts';
import type { Failure, MessageBody } from '../model/messages.ts';

export type PairEffect = Extract<
  Effect,
  { type: 'pair-open' | 'pair-close' | 'pair-join' | 'pair-confirm' | 'pair-lan' | 'qr' | 'rename' | 'revoke' }
>;

export interface PairRunnerDeps {
  /** Throws while there is no connection. */
  readonly client: () => ControlClient;
  readonly tell: (message: MessageBody) => void;
  readonly attempt: (work: () => Promise<void>, failed?: (failure: Failure) => void) => void;
}

const nothing = (): void => {};
/** Modules of light around a QR code: what the standard asks for, ISO/IEC 18004. */
const QR_BORDER = 4;

export function createPairRunner({ client, tell, attempt }: PairRunnerDeps): (effect: PairEffect) => void {
  return (effect) => {
    switch (effect.type) {
      case 'pair-open': {
        const { allow, mutual, compare, request } = effect;
        return attempt(
          async () => {
            const session = await client().call('pair.open', { allow: [...allow], mutual, compare });
            tell({ type: 'pair-opened', request, session });
          },
          (failure) => tell({ type: 'pair-failed', request, failure }),
        );
      }
      // It may be over already, and without a connection there is nothing to be done.
      case 'pair-close':
        return attempt(async () => void (await client().call('pair.close', {})), nothing);
      case 'pair-join': {
        const { params, request } = effect;
        return attempt(
          async () => {
            await checkSecret(params);
            tell({ type: 'pair-proposal', request, proposal: await client().call('pair.join', params) });
          },
          (failure) => tell({ type: 'join-failed', request, failure }),
        );
      }
      case 'pair-confirm': {
        const { params } = effect;
        const { proposal } = params;
        return attempt(
          async () => {
            const answer = await client().call('pair.confirm', params);
            tell({ type: 'confirmed', proposal, device: answer.paired ? answer.device : undefined });
          },
          (failure) => (params.accept ? tell({ type: 'confirm-failed', proposal, failure }) : undefined),
        );
      }
      case 'pair-lan':
        return attempt(async () => {
          const { found } = await client().call('pair.lan', {});
          tell({ type: 'nearby', found });
        }, nothing);
      case 'qr':
        return attempt(async () => {
          const { encode } = await import('uqr');
          // A ticket is one in either case; capitals need fewer modules.
          const { data } = encode(effect.ticket.toUpperCase(), { ecc: 'L', border: QR_BORDER });
          tell({ type: 'qr', ticket: effect.ticket, modules: data });
        });
      case 'rename': {
        const { device, name } = effect;
        return attempt(
          async () => {
            const answer = await client().call('device.rename', { device, name });
            tell({ type: 'renamed', device: answer.device });
          },
          (failure) => tell({ type: 'rename-failed', device, failure }),
        );
      }
      case 'revoke': {
        const { device } = effect;
        return attempt(
          async () => {
            const { id, name } = await client().call('device.revoke', { device });
            tell({ type: 'revoked', device: id, name });
          },
          (failure) => tell({ type: 'revoke-failed', device, failure }),
        );
      }
    }
  };
}

/** What was typed wrongly is said before anything else is asked for, and before anybody is called. */
async function checkSecret(params: PairJoinParams): Promise<void> {
  if ('ticket' in params) {
    const { parseTicket } = await import('../../protocol/pairing/ticket.ts');
    parseTicket(params.ticket);
  } else if ('code' in params) {
    const { parseCode } = await import('../../protocol/pairing/code.ts');
    parseCode(params.code);
    if (params.at === '') {
      throw new DispatchError('usage', 'the code is right, and needs the place', {
        hint: 'type host:port, or choose the device in Nearby',
      });
    }
  }
}
