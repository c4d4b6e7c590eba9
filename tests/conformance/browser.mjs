// A page of Chromium, driven by Playwright, that obeys lines of JSON such as ["click", "#button"]:
//   node browser.mjs CHROMIUM FAILURE.png
// Each line is answered with one line of JSON: "ok", or what went wrong and what the page shows.
import readline from 'node:readline';
import { chromium } from 'playwright-core';

const [executablePath, failure] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
});
const page = await browser.newPage({ viewport: { width: 1400, height: 1100 } });
page.setDefaultTimeout(30_000);
const visible = (selector) => page.locator(selector).filter({ visible: true });

const steps = {
  go: (url) => page.goto(url),
  // Details of a workflow lie in a frame of their own.
  see: async (text) => {
    for (const until = Date.now() + 30_000; Date.now() < until; ) {
      for (const frame of page.frames()) {
        if (await frame.evaluate((wanted) => document.body.innerText.includes(wanted), text).catch(() => false)) return;
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error('it was not there within 30 seconds');
  },
  click: (selector) => visible(selector).first().click(),
  press: (text) => page.getByText(text, { exact: true }).filter({ visible: true }).last().click(),
  fill: (selector, text) => visible(selector).last().fill(text),
  // The editor for JSON is no plain field.
  json: async (text) => {
    await visible('.cm-content[contenteditable=true]').last().click();
    await page.keyboard.press('Control+A');
    await page.keyboard.insertText(text);
  },
  shot: (file) => page.screenshot({ path: file }),
};

for await (const line of readline.createInterface({ input: process.stdin })) {
  const [step, ...values] = JSON.parse(line);
  try {
    await steps[step](...values);
    console.log(JSON.stringify('ok'));
  } catch (error) {
    await page.screenshot({ path: failure }).catch(() => {});
    const shows = await page.evaluate(() => document.body.innerText.slice(0, 1500)).catch(() => '');
    console.log(JSON.stringify(`${step} ${values.join(', ')}: ${error.message}\nthe page shows: ${shows}`));
  }
}
await browser.close();
