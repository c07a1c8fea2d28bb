import type { Cursor, Node, Pass } from './node.ts';
import { nodeOver } from './node.ts';
import { joined } from './stack.ts';

/** A node that only chooses or orders the tokens of its input. */
function reordering(
  input: Node,
  size: (n: number) => number,
  next: (pass: Pass, take: () => unknown) => () => unknown,
): Node {
  return {
    ...nodeOver(input),
    size() {
      const n = input.size();
      return n === undefined ? undefined : size(n);
    },
    cursor(pass) {
      const from = input.cursor(pass);
      return { next: next(pass, () => from.next()), collect: (tokens) => from.collect(tokens) };
    },
  };
}

/** Random order by a buffer: a random one of the held rows goes out, the next row takes its place. */
export function shuffleNode(input: Node, bufferSize: number): Node {
  const depth = input.depth + 1;
  return reordering(
    input,
    (n) => n,
    (pass, take) => {
      const random = pass.random(depth);
      const buffer: unknown[] = [];
      let ended = false;
      return () => {
        while (!ended && buffer.length < bufferSize) {
          const token = take();
          if (token === undefined) ended = true;
          else buffer.push(token);
        }
        if (buffer.length === 0) return undefined;
        const i = random.below(buffer.length);
        const token = buffer[i];
        buffer[i] = buffer.at(-1);
        buffer.pop();
        return token;
      };
    },
  );
}

/** The first `count` rows. */
export function takeNode(input: Node, count: number): Node {
  return reordering(
    input,
    (n) => Math.min(n, count),
    (_, take) => {
      let left = count;
      return () => (left-- > 0 ? take() : undefined);
    },
  );
}

/** All but the first `count` rows. */
export function skipNode(input: Node, count: number): Node {
  return reordering(
    input,
    (n) => Math.max(0, n - count),
    (_, take) => {
      let skipped = false;
      return () => {
        if (!skipped) {
          skipped = true;
          for (let i = 0; i < count; i++) if (take() === undefined) return undefined;
        }
        return take();
      };
    },
  );
}

/** A token of one of several cursors. */
type From = readonly [cursor: Cursor, token: unknown];

/** The rows of several cursors, one cursor after another; tokens of different ones may be collected together. */
export function sequence(open: (index: number) => Cursor | undefined): Cursor<From> {
  let index = 0;
  let current = open(index);
  return {
    next() {
      let rowless = 0;
      while (current) {
        const token = current.next();
        if (token !== undefined) return [current, token];
        // Endless repetition of nothing would never return.
        if (++rowless > 1000) return undefined;
        current = open(++index);
      }
      return undefined;
    },
    collect(tokens) {
      const stacks = [];
      for (let from = 0; from < tokens.length;) {
        const [cursor] = tokens[from]!;
        let to = from + 1;
        while (to < tokens.length && tokens[to]![0] === cursor) to++;
        stacks.push(cursor.collect(tokens.slice(from, to).map((token) => token[1])));
        from = to;
      }
      return joined(stacks);
    },
  };
}

/** The rows again and again, `count` times or (-1) for ever; each time is an epoch of the input. */
export function repeatNode(input: Node, count: number): Node {
  const times = count < 0 ? Infinity : count;
  return {
    ...nodeOver(input),
    repeatCount: input.repeatCount * count,
    size() {
      const n = input.size();
      return n === undefined ? undefined : n * times;
    },
    cursor(pass) {
      const first = Number.isFinite(times) ? pass.epoch * times : 0;
      return sequence((i) => (i < times ? input.cursor(pass.at(first + i)) : undefined));
    },
  };
}

/** The rows of several pipelines with the same columns, one after another. */
export function concatNode(inputs: readonly Node[]): Node {
  const [first] = inputs as [Node];
  return {
    ...nodeOver(first),
    inputs,
    exposes: inputs.some((input) => input.exposes),
    depth: Math.max(...inputs.map((input) => input.depth)) + 1,
    size() {
      let sum = 0;
      for (const input of inputs) {
        const n = input.size();
        if (n === undefined) return undefined;
        sum += n;
      }
      return sum;
    },
    cursor: (pass) => sequence((i) => inputs[i]?.cursor(pass.branch(i))),
  };
}
