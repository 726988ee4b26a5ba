/**
 * The checksum group of a typed code, which can tell where a typo is: four check characters of a Reed–Solomon code over GF(32), the
 * field of base32 characters, so that two wrong characters anywhere lead to one explanation only. Locates and never corrects: a
 * secret that was guessed right is still a guess, and costs one of five attempts.
 */

/** x^5 + x^2 + 1, primitive over GF(2). */
const POLYNOMIAL = 0b100101;
const ORDER = 31;
const CHECKS = 4;

const POWERS: readonly number[] = powers();
const LOGARITHMS: readonly number[] = Array.from({ length: ORDER + 1 }, (_, value) => POWERS.indexOf(value));

function powers(): number[] {
  const table: number[] = [];
  for (let value = 1; table.length < ORDER; value = value & 16 ? (value << 1) ^ POLYNOMIAL : value << 1)
    table.push(value);
  return table;
}

function power(exponent: number): number {
  return POWERS[exponent % ORDER] ?? 0;
}

function logarithm(value: number): number {
  return LOGARITHMS[value] ?? 0;
}

function multiply(a: number, b: number): number {
  return a === 0 || b === 0 ? 0 : power(logarithm(a) + logarithm(b));
}

function divide(a: number, b: number): number {
  return a === 0 ? 0 : power(logarithm(a) + ORDER - logarithm(b));
}

/** (x − α)(x − α²)(x − α³)(x − α⁴), highest power first. */
const GENERATOR: readonly number[] = generator();

function generator(): number[] {
  let product = [1];
  for (let root = 1; root <= CHECKS; root += 1) {
    const next = [...product, 0];
    for (const [index, factor] of product.entries())
      next[index + 1] = (next[index + 1] ?? 0) ^ multiply(factor, power(root));
    product = next;
  }
  return product;
}

/** The four check characters, as values, of up to 27 others. */
export function checksOf(values: readonly number[]): number[] {
  const rest = [...values, ...Array<number>(CHECKS).fill(0)];
  for (let at = 0; at < values.length; at += 1) {
    const factor = rest[at] ?? 0;
    for (const [index, coefficient] of GENERATOR.entries()) {
      rest[at + index] = (rest[at + index] ?? 0) ^ multiply(factor, coefficient);
    }
  }
  return rest.slice(values.length);
}

/** All zero where nothing is wrong. */
function syndromes(values: readonly number[]): number[] {
  return Array.from({ length: CHECKS }, (_, index) =>
    values.reduce((sum, value) => multiply(sum, power(index + 1)) ^ value, 0),
  );
}

export function fits(values: readonly number[]): boolean {
  return syndromes(values).every((syndrome) => syndrome === 0);
}

/**
 * Where one or two wrong characters would explain a code that does not fit, by index; empty if it fits, undefined if nothing so small
 * explains it. Two places are named only if both are needed.
 */
export function findTypos(values: readonly number[]): readonly number[] | undefined {
  const found = syndromes(values);
  if (found.every((syndrome) => syndrome === 0)) return [];
  const last = values.length - 1;
  for (let one = 0; one <= last; one += 1) {
    if (explains(found, [last - one, divide(found[0] ?? 0, power(last - one))])) return [one];
  }
  for (let one = 0; one <= last; one += 1) {
    for (let other = one + 1; other <= last; other += 1) {
      if (explains(found, ...solve(found, last - one, last - other))) return [one, other];
    }
  }
  return undefined;
}

type WrongCharacter = readonly [exponent: number, by: number];

/** How much the characters at two places would have to be wrong by, from the first two syndromes. */
function solve(found: readonly number[], a: number, b: number): [WrongCharacter, WrongCharacter] {
  const [first = 0, second = 0] = found;
  const byB = divide(multiply(first, power(a)) ^ second, multiply(power(b), power(a) ^ power(b)));
  const byA = divide(first ^ multiply(byB, power(b)), power(a));
  return [
    [a, byA],
    [b, byB],
  ];
}

function explains(found: readonly number[], ...wrong: readonly WrongCharacter[]): boolean {
  return found.every(
    (syndrome, index) =>
      syndrome === wrong.reduce((sum, [exponent, by]) => sum ^ multiply(by, power(exponent * (index + 1))), 0),
  );
}
