import type { CDPSession, Locator, Page } from '@playwright/test'
import { expect } from '../fixtures'

/** What the browser's main thread may spend on scripts for one thing that a person does, in milliseconds. */
const most = 100
/** What it may spend in all, on drawing and on what the browser does for the scripts, too: a page must not stand still. */
const mostInAll = 1000
/** What the yardstick may take, in milliseconds, before anything is allowed for: two cores with nothing else to do take 5.1 – 5.9. */
const quiet = 8

interface Cost {
  scripts: number
  tasks: number
}

const slowerBy = (yardstick: number) => Math.max(1, yardstick / quiet)
const within = ({ scripts }: Cost, yardstick: number) => scripts / slowerBy(yardstick) <= most

/**
 * Meter reads ScriptDuration of the browser's own Performance domain: the time of the main thread in scripts. It counts the
 * thread's own processor time, and what Playwright runs in the page: wait by waitFor there, since each look of an expect that is
 * not met yet writes down the page, some 15 ms. Beside others that takes longer, too, so each is held against a yardstick just before and after.
 */
export class Meter {
  readonly seen: string[] = []
  private constructor(
    private readonly page: Page,
    private readonly cdp: CDPSession,
  ) {}

  static async on(page: Page) {
    const cdp = await page.context().newCDPSession(page)
    await cdp.send('Performance.enable', { timeDomain: 'threadTicks' })
    return new Meter(page, cdp)
  }

  /** costs weighs one thing: a click, say, until what it leads to is there. */
  async costs(what: string, act: () => Promise<unknown>) {
    const before = await this.yardstick()
    await this.judge(what, await this.weigh(act), before)
  }

  /**
   * opens weighs how a page is opened by a browser that has never seen it (another time it may have some of it compiled). Other work on the machine only ever makes that
   * dearer, and not always as much dearer as the yardstick: the least of up to three times tells what the page needs.
   */
  async opens(what: string, act: () => Promise<unknown>) {
    const seen: { cost: Cost; yardstick: number }[] = []
    for (let n = 0; n < 3 && !seen.some(({ cost, yardstick }) => within(cost, yardstick)); n++) {
      if (n > 0) {
        await this.cdp.send('Network.clearBrowserCache') // with it goes what was compiled
        await this.page.goto('/app/notifications', { waitUntil: 'networkidle' })
      }
      const before = await this.yardstick()
      const cost = await this.weigh(act)
      seen.push({ cost, yardstick: Math.max(before, await this.yardstick()) })
    }
    const [least] = seen.sort((a, b) => a.cost.scripts / a.yardstick - b.cost.scripts / b.yardstick)
    for (const { cost, yardstick } of seen.slice(1)) this.tell(`${what}, another time`, cost, yardstick)
    if (least) this.hold(what, least.cost, least.yardstick)
  }

  /** types weighs a text key by key, and tells the dearest; what it leads to belongs to the last key. */
  async types(what: string, field: Locator, text: string, leadsTo: () => Promise<unknown>) {
    const before = await this.yardstick()
    const keys = [...text]
    const costs: Cost[] = []
    for (const [n, key] of keys.entries()) {
      const isLast = n === keys.length - 1
      costs.push(await this.weigh(() => field.press(key).then(() => isLast && leadsTo())))
    }
    await this.dearest(`${what}, a key`, costs, before)
  }

  /** each weighs step by step what goes on by itself, and tells the dearest; `next` is false when it is over. */
  async each(what: string, next: () => Promise<boolean>) {
    const before = await this.yardstick()
    const costs: Cost[] = []
    for (let goesOn = true; goesOn; ) {
      costs.push(
        await this.weigh(async () => {
          goesOn = await next()
        }),
      )
    }
    await this.dearest(what, costs, before)
  }

  private async dearest(what: string, costs: Cost[], before: number) {
    const [first] = costs.sort((a, b) => b.scripts - a.scripts)
    if (first) await this.judge(what, first, before)
  }

  private async weigh(act: () => Promise<unknown>): Promise<Cost> {
    const before = await this.read()
    await act()
    const after = await this.read()
    return { scripts: after.scripts - before.scripts, tasks: after.tasks - before.tasks }
  }

  private async judge(what: string, cost: Cost, before: number) {
    this.hold(what, cost, Math.max(before, await this.yardstick()))
  }

  private tell(what: string, { scripts, tasks }: Cost, yardstick: number) {
    const told = `scripts ${scripts.toFixed(0)} ms, all tasks ${tasks.toFixed(0)} ms, yardstick ${yardstick.toFixed(1)} ms`
    this.seen.push(`${what}: ${told}`)
  }

  private hold(what: string, { scripts, tasks }: Cost, yardstick: number) {
    this.tell(what, { scripts, tasks }, yardstick)
    const slower = slowerBy(yardstick)
    expect.soft(scripts / slower, `${what}: milliseconds of scripting`).toBeLessThanOrEqual(most)
    expect.soft(tasks / slower, `${what}: milliseconds in all`).toBeLessThanOrEqual(mostInAll)
  }

  /** yardstick is how long the same piece of work takes here and now: the least of three times, since the page has work of its own. */
  private async yardstick(): Promise<number> {
    const times: number[] = []
    for (let n = 0; n < 3; n++) times.push((await this.weigh(() => this.page.evaluate(pieceOfWork))).tasks)
    return Math.min(...times)
  }

  private async read(): Promise<Cost> {
    const { metrics } = await this.cdp.send('Performance.getMetrics')
    const of = (name: string) => (metrics.find((metric) => metric.name === name)?.value ?? Number.NaN) * 1000
    return { scripts: of('ScriptDuration'), tasks: of('TaskDuration') }
  }
}

/** pieceOfWork makes, counts and writes down rows, as a page does. */
function pieceOfWork() {
  const rows = Array.from({ length: 15_000 }, (_, n) => ({ id: n, name: `row ${n % 97}`, marks: [n, n / 3] }))
  const sums = new Map<string, number>()
  for (const { id, name } of rows) sums.set(name, (sums.get(name) ?? 0) + id)
  return JSON.stringify(rows).length + sums.size
}
