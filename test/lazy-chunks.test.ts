import { describe, expect, it } from 'vitest';
import { lazyChunks } from '../scripts/lazy-chunks.mjs';

const made = (eager: string, later: string, names: readonly string[] = ['f']) =>
  lazyChunks(
    [
      { name: 'main', code: eager },
      { name: 'later', code: later },
    ],
    'main',
    names,
    (name: string) => `${name}.cjs`,
  ) as ReadonlyMap<string, string>;
const mainOf = (...args: Parameters<typeof made>) => made(...args).get('main')!;
const FROM_LATER = 'import { g } from "./later.js";\nimport { C } from "./later.js";\n';
const LATER = 'class C {}\nfunction g() {}\nexport { C, g };';

describe('chunks that are loaded later', () => {
  it('are asked for where a name of theirs is used, whatever it is used for', () => {
    const text = mainOf(
      `${FROM_LATER}function f(x) { class D extends C {} return [g(x), new C(), x instanceof C, { g, x: g }, D]; }\nexport { f };`,
      LATER,
    );
    expect(text).toContain('class D extends $later().C {}');
    expect(text).toContain('[(0, $later().g)(x), new ($later().C)(), x instanceof $later().C, { g: $later().g, x: $later().g }, D]'); // prettier-ignore
    expect(text).not.toContain('later.js');
  });

  it('are not asked for by other things of the same name', () => {
    const text = mainOf(
      `${FROM_LATER}function f(g, x) { return [g, x.g, { g: x }, { g() {} }]; }\nexport { f };`,
      LATER,
    );
    expect(text).toContain('return [g, x.g, { g: x }, { g() {} }];');
  });

  it('keep the numbers of lines', () => {
    const files = made(
      `import { g } from "./later.js";\nfunction f() {\n  g();\n}\nexport { f, h };\nfunction h() {}`,
      'import { h } from "./main.js";\nfunction g() {\n  h();\n}\nexport { g };',
    );
    expect(files.get('main')!.split('\n')[2]).toBe('  (0, $later().g)();');
    expect(files.get('later')!.split('\n')[2]).toBe('  h();');
  });

  it('give public functions by one that stands in, which others than their own chunk use too', () => {
    const files = made(
      `import { g, all_x } from "./later.js";\nfunction f() { return [g, all_x]; }\nexport { f, g };`,
      'function g(a, b = 1, c) { return g; }\nconst all_x = { g };\nexport { g, all_x };',
      ['f', 'g'],
    );
    expect(files.get('main')).toContain("$standIn('g', 1, () => $later().g)");
    expect(files.get('main')).toContain('export { f as f, $public0 as g };');
    expect(files.get('later')).toContain('const all_x = { g: $public0 };');
    expect(files.get('later')).toContain('return g; }');
  });

  it.each([
    ['a public class', 'class g {}\nexport { g };'],
    ['a public value', 'const g = 1;\nexport { g };'],
    ['a public function with properties', 'const g = () => 1;\ng.version = 1;\nexport { g };'],
    ['an export that is written', 'let g = () => 1;\nfunction change() { g = () => 2; }\nexport { g, change };'],
    [
      'an export that a pattern writes',
      'let g = () => 1;\nfunction change(o) { [{ x: g }] = o; }\nexport { g, change };',
    ],
    [
      'an export that a short pattern writes',
      'let g = () => 1;\nfunction change(o) { ({ g } = o); }\nexport { g, change };',
    ],
    ['an export that a loop writes', 'let g = () => 1;\nfunction change(o) { for (g of o); }\nexport { g, change };'],
    ['an import from outside', 'import { h } from "elsewhere";\nfunction g() { return h; }\nexport { g };'],
  ])('must not have %s', (_, later) => {
    const eager = 'import { g } from "./later.js";\nfunction f() {}\nexport { f, g };';
    expect(() => made(eager, later, ['f', 'g'])).toThrow("the chunk 'later'");
  });
});
