import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildExample, serveFolder } from '../scripts/browser-example.ts';
import { launchChromium } from './chromium.ts';

type Point = readonly [x: number, y: number];

/** The line of an error that tells most. */
const reason = (error: unknown) => /error while loading.*/.exec(String(error))?.[0] ?? String(error).split('\n')[0]!;

const browser = await launchChromium().catch(reason);
const started = typeof browser !== 'string';
const title = started ? 'the browser example' : `the browser example: no Chromium (${browser})`;

const DOCUMENTATION = `(Tensor(shape=[2, 2], dtype=Float32, value=
[[ 5.96388459e-01,  3.92964751e-01],
 [ 9.78178233e-02,  4.92815793e-01]]), Tensor(shape=[2, 2], dtype=Float32, value=
[[ 6.90000057e-01,  9.90000010e-01],
 [ 2.10000008e-01,  1.24000001e+00]]))
`;

/** Strokes in a square of side 1. */
const digits: readonly (readonly [digit: number, strokes: readonly (readonly Point[])[]])[] = [
  [0, [Array.from({ length: 25 }, (_, i): Point => circle((i / 24) * 2 * Math.PI))]],
  [1, [[[0.55, 0.2], [0.45, 0.8]]]],
  [4, [[[0.35, 0.2], [0.3, 0.5], [0.7, 0.5]], [[0.65, 0.2], [0.6, 0.85]]]],
  [7, [[[0.3, 0.25], [0.7, 0.25], [0.45, 0.8]]]],
]; // prettier-ignore

function circle(angle: number): Point {
  return [0.5 + 0.2 * Math.sin(angle), 0.5 - 0.3 * Math.cos(angle)];
}

/** Chromium's WebGPU in software, for machines without a GPU. */
const SOFTWARE_GPU = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];

const text = async (page: Page, id: string) => (await page.textContent(`#${id}`)) ?? '';
const patience = { timeout: 40_000, interval: 50 };

async function draw(page: Page, strokes: readonly (readonly Point[])[]): Promise<void> {
  await page.click('#clear');
  const box = (await page.locator('#pad').boundingBox())!;
  const move = ([x, y]: Point, steps: number) =>
    page.mouse.move(box.x + x * box.width, box.y + y * box.height, { steps });
  for (const [first, ...rest] of strokes) {
    await move(first!, 1);
    await page.mouse.down();
    for (const point of rest) await move(point, 5);
    await page.mouse.up();
  }
}

describe.skipIf(!started)(title, () => {
  let folder: string;
  const closing: (() => unknown)[] = [];

  beforeAll(async () => {
    folder = await buildExample();
  });
  afterAll(async () => {
    await (browser as Browser).close();
    for (const close of closing) await close();
  });

  /** Opens the page, and notes everything that goes wrong. */
  async function open(query: string, isolated: boolean, on = browser as Browser) {
    const { server, url } = await serveFolder(folder, isolated);
    closing.push(() => server.close());
    const page = await on.newPage({ viewport: { width: 1100, height: 1100 } });
    const problems: string[] = [];
    page.on('console', (message) => problems.push(message.text()));
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('requestfailed', (request) => problems.push(`failed: ${request.url()}`));
    page.on('response', (r) => r.status() >= 400 && problems.push(`${r.status()}: ${r.url()}`));
    await page.goto(url + query);
    return { page, problems };
  }

  it('prints, trains and recognises on a host without special headers', { timeout: 100_000 }, async () => {
    const { page, problems } = await open('?steps=150', false);
    await expect.poll(() => text(page, 'printed'), patience).toBe(DOCUMENTATION);
    expect(await text(page, 'device')).toMatch(/^Runs on the CPU \(WebAssembly\) with 1 thread\. .*COOP.* No GPU: ./);

    const losses: number[] = [];
    const note = async () => {
      const loss = Number(await text(page, 'loss'));
      if (loss > 0) losses.push(loss);
      return text(page, 'accuracy');
    };
    await expect.poll(note, patience).toMatch(/%/);
    expect(await text(page, 'step')).toBe('150');
    expect(losses.at(-1)).toBeLessThan(losses[0]! / 2);
    expect(parseFloat(await text(page, 'accuracy'))).toBeGreaterThan(85);
    expect(parseFloat(await text(page, 'speed'))).toBeGreaterThan(0);

    for (const [digit, strokes] of digits) {
      await draw(page, strokes);
      await expect.poll(() => text(page, 'answer'), patience).toContain(`It looks like ${digit}: `);
    }
    await page.screenshot({ path: '.cache/browser.png', fullPage: true });
    await page.click('#sample');
    await expect.poll(() => text(page, 'answer'), patience).toMatch(/It looks like \d: .*, the label says \d$/);
    expect(await text(page, 'error')).toBe('');
    expect(problems).toEqual([]);
  });

  it(
    'may use threads where the page is cross-origin isolated, and goes on training',
    { timeout: 100_000 },
    async () => {
      const { page, problems } = await open('?steps=20&device=CPU', true);
      await expect.poll(() => text(page, 'accuracy'), patience).toMatch(/%/);
      expect(await text(page, 'device')).toMatch(/^Runs on the CPU \(WebAssembly\) with \d+ threads?\.$/);
      await page.click('#train');
      await expect.poll(() => text(page, 'step'), patience).toBe('40');
      expect(await text(page, 'error')).toBe('');
      expect(problems).toEqual([]);
    },
  );

  it('prints and trains on the GPU where there is one', { timeout: 100_000 }, async () => {
    const withGpu = await launchChromium(SOFTWARE_GPU);
    closing.push(() => withGpu.close());
    const cpu = await open('?steps=2&device=CPU', false);
    await expect.poll(() => text(cpu.page, 'step'), patience).toBe('2');
    const { page, problems } = await open('?steps=2', false, withGpu);
    await expect.poll(() => text(page, 'step'), patience).toBe('2');
    expect(await text(page, 'device')).toBe('Runs on the GPU (WebGPU).');
    expect(await text(page, 'printed')).toBe(DOCUMENTATION);
    expect(Number(await text(page, 'loss'))).toBeCloseTo(Number(await text(cpu.page, 'loss')), 3);
    expect(await text(page, 'error')).toBe('');
    expect(problems).toEqual([]);
  });
});
