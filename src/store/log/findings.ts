/** What is wrong, in words, up to a number that a person still reads: more than that is one sickness and not a hundred. */

const MOST_FINDINGS = 100;

export class Findings {
  readonly #texts: string[] = [];
  #more = 0;

  add(text: string): void {
    if (this.#texts.length < MOST_FINDINGS) this.#texts.push(text);
    else this.#more += 1;
  }

  all(): readonly string[] {
    return this.#more === 0 ? this.#texts : [...this.#texts, `and ${this.#more} more`];
  }
}
