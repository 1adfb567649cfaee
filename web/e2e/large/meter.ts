import type { CDPSession, Locator, Page } from '@playwright/test'
import { expect } from '../fixtures'

/** What the browser's main thread may spend on scripts for one thing that a person does, in milliseconds. */
const most = 100

interface Cost {
  scripts: number
  tasks: number
}

/**
 * Meter reads ScriptDuration of the browser's own Performance domain: the time of the main thread in scripts. It counts the
 * thread's own processor time, so that what else runs on the machine does not count.
 */
export class Meter {
  readonly seen: string[] = []
  private constructor(private readonly cdp: CDPSession) {}

  static async on(page: Page) {
    const cdp = await page.context().newCDPSession(page)
    await cdp.send('Performance.enable', { timeDomain: 'threadTicks' })
    return new Meter(cdp)
  }

  /** costs weighs one thing: a click, say, until what it leads to is there. */
  async costs(what: string, act: () => Promise<unknown>, limit = most) {
    this.judge(what, await this.weigh(act), limit)
  }

  /** types weighs a text key by key, and tells the dearest; what it leads to belongs to the last key. */
  async types(what: string, field: Locator, text: string, leadsTo: () => Promise<unknown>) {
    const keys = [...text]
    const costs: Cost[] = []
    for (const [n, key] of keys.entries()) {
      const isLast = n === keys.length - 1
      costs.push(await this.weigh(() => field.press(key).then(() => isLast && leadsTo())))
    }
    this.dearest(`${what}, a key`, costs)
  }

  /** each weighs step by step what goes on by itself, and tells the dearest; `next` is false when it is over. */
  async each(what: string, next: () => Promise<boolean>) {
    const costs: Cost[] = []
    for (let goesOn = true; goesOn; ) {
      costs.push(
        await this.weigh(async () => {
          goesOn = await next()
        }),
      )
    }
    this.dearest(what, costs)
  }

  private dearest(what: string, costs: Cost[]) {
    const [first] = costs.sort((a, b) => b.scripts - a.scripts)
    if (first) this.judge(what, first)
  }

  private async weigh(act: () => Promise<unknown>): Promise<Cost> {
    const before = await this.read()
    await act()
    const after = await this.read()
    return { scripts: after.scripts - before.scripts, tasks: after.tasks - before.tasks }
  }

  private judge(what: string, { scripts, tasks }: Cost, limit = most) {
    this.seen.push(`${what}: scripts ${scripts.toFixed(0)} ms, all tasks ${tasks.toFixed(0)} ms`)
    expect.soft(scripts, `${what}: milliseconds of scripting`).toBeLessThanOrEqual(limit)
  }

  private async read(): Promise<Cost> {
    const { metrics } = await this.cdp.send('Performance.getMetrics')
    const of = (name: string) => (metrics.find((metric) => metric.name === name)?.value ?? Number.NaN) * 1000
    return { scripts: of('ScriptDuration'), tasks: of('TaskDuration') }
  }
}
