import { expect, test } from 'vitest';
import { buildFilter, type FilterArchitecture } from '../../../../src/routes/desktop/sandbox/seccomp.ts';
import { JUDGED_CALLS, REFUSED_CALLS, UNCOUNTED_CALLS } from '../../../../src/routes/desktop/sandbox/system-calls.ts';

const ARCH = { x64: 0xc000003e, arm64: 0xc00000b7, i386: 0x40000003 } as const;
const [ALLOW, KILL, EPERM, ENOSYS, EAFNOSUPPORT] = [0x7fff0000, 0x80000000, 0x50001, 0x50026, 0x50061];

/** Carries the program out as the kernel does (classic BPF over struct seccomp_data), and counts its steps. */
function judge(filter: Buffer, call: { arch: number; number: number; args?: readonly bigint[] }): number {
  const data = Buffer.alloc(64);
  data.writeUInt32LE(call.number, 0);
  data.writeUInt32LE(call.arch, 4);
  for (const [index, arg] of (call.args ?? []).entries()) data.writeBigUInt64LE(arg, 16 + index * 8);
  let loaded = 0;
  for (let at = 0; ; at += 1) {
    const [code, yes, no, operand] = [
      filter.readUInt16LE(at * 8),
      filter.readUInt8(at * 8 + 2),
      filter.readUInt8(at * 8 + 3),
      filter.readUInt32LE(at * 8 + 4),
    ];
    if (code === 0x20) loaded = data.readUInt32LE(operand);
    else if (code === 0x15) at += loaded === operand ? yes : no;
    else if (code === 0x35) at += loaded >= operand ? yes : no;
    else if (code === 0x45) at += (loaded & operand) !== 0 ? yes : no;
    else if (code === 0x06) return operand;
    else throw new Error(`there is no instruction ${code} in filters`);
  }
}

const filters = {
  x64: buildFilter('x64', { unixSockets: false }),
  arm64: buildFilter('arm64', { unixSockets: false }),
};

test.each(['x64', 'arm64'] as const)(
  '%s: every refused call is refused, and ordinary ones are not',
  (architecture: FilterArchitecture) => {
    const on = (number: number, ...args: bigint[]): number =>
      judge(filters[architecture], { arch: ARCH[architecture], number, args });
    for (const call of REFUSED_CALLS) {
      const number = call[architecture];
      if (number !== undefined) expect([call.name, on(number)]).toEqual([call.name, EPERM]);
    }
    const { ioctl, clone, clone3, socket } = JUDGED_CALLS;
    expect(on(clone3[architecture])).toBe(ENOSYS);
    expect(on(clone[architecture], 0x11n)).toBe(ALLOW);
    expect(on(clone[architecture], 0x10000011n)).toBe(EPERM);
    expect(on(clone[architecture], 0x00020011n)).toBe(EPERM);
    expect(on(ioctl[architecture], 0n, 0x5413n)).toBe(ALLOW);
    for (const request of [0x5412n, 0x541cn, 0x5423n, 0xdead_0000_5412n])
      expect(on(ioctl[architecture], 0n, request)).toBe(EPERM);
    for (const family of [2n, 10n, 16n]) expect(on(socket[architecture], family)).toBe(ALLOW);
    expect(on(socket[architecture], 1n)).toBe(EPERM);
    expect(on(socket[architecture], 40n)).toBe(EAFNOSUPPORT);
    const read = architecture === 'x64' ? 0 : 63;
    expect(on(read)).toBe(ALLOW);
  },
);

test('another architecture ends the process, and the numbers of x32 are refused', () => {
  expect(judge(filters.x64, { arch: ARCH.i386, number: 20 })).toBe(KILL);
  expect(judge(filters.x64, { arch: ARCH.arm64, number: 0 })).toBe(KILL);
  expect(judge(filters.arm64, { arch: ARCH.x64, number: 0 })).toBe(KILL);
  expect(judge(filters.x64, { arch: ARCH.x64, number: 0x4000_0000 })).toBe(EPERM);
  expect(judge(filters.x64, { arch: ARCH.x64, number: 0xffff_ffff })).toBe(EPERM);
});

test('named sockets are allowed where that is asked for', () => {
  const filter = buildFilter('x64', { unixSockets: true });
  expect(judge(filter, { arch: ARCH.x64, number: 41, args: [1n] })).toBe(ALLOW);
});

test('memory of no process, and closing oneself to /proc, are refused to those who are counted', () => {
  for (const architecture of ['x64', 'arm64'] as const) {
    const counted = buildFilter(architecture, { unixSockets: true, counted: true });
    const on = (filter: Buffer, number: number, ...args: bigint[]): number =>
      judge(filter, { arch: ARCH[architecture], number, args });
    for (const call of UNCOUNTED_CALLS) {
      expect(on(counted, call[architecture] ?? -1)).toBe(EPERM);
      expect(on(filters[architecture], call[architecture] ?? -1)).toBe(ALLOW);
    }
    const { prctl } = JUDGED_CALLS;
    expect(on(counted, prctl[architecture], 4n)).toBe(EPERM);
    expect(on(counted, prctl[architecture], 38n)).toBe(ALLOW);
    expect(on(filters[architecture], prctl[architecture], 4n)).toBe(ALLOW);
  }
});

test('no call is listed twice', () => {
  for (const architecture of ['x64', 'arm64'] as const) {
    const numbers = [...REFUSED_CALLS, ...UNCOUNTED_CALLS].flatMap((call) => call[architecture] ?? []);
    expect(new Set(numbers).size).toBe(numbers.length);
  }
});
