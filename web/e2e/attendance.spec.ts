import { readFileSync } from 'node:fs'
import type { Page } from '@playwright/test'
import { expect, saved, test } from './crew'
import { people } from './fixtures'
import { movedOnceDrawn } from './pages'

const field = (page: Page) => page.getByLabel('Roll number or name')
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name })

async function tabTo(page: Page, name: string, key = 'Shift+Tab') {
  const wanted = button(page, name)
  for (let step = 0; step < 20; step++) {
    await page.keyboard.press(key)
    if (await wanted.evaluate((element) => element === document.activeElement)) return
  }
  throw new Error(`${name} is not reached by ${key}`)
}

test('thirty students are marked and published by keyboard alone', async ({ signIn, day, accessible }) => {
  test.slow()
  const { id, company, students, marks } = await day()
  const page = await signIn('coordinator', `/drives/${id}/attendance`)
  const { keyboard } = page
  await expect(field(page)).toBeFocused()
  await expect(page.getByText('0 of 30 marked')).toBeVisible()
  const [late, twice, ...rest] = students.map(({ roll_number }) => roll_number)

  // The last digits will do; Shift says absent.
  for (const [n, roll] of rest.slice(0, -1).entries()) {
    await keyboard.type(roll.slice(-2))
    await keyboard.press(n % 7 === 6 ? 'Shift+Enter' : 'Enter')
    await expect(field(page)).toHaveValue('')
  }
  // A name that several have: the arrows choose.
  await keyboard.type('pooja')
  await keyboard.press('Escape')
  await keyboard.type(String(late))
  await keyboard.press('Enter')
  await keyboard.press('Control+z')
  await expect(page.getByText(/^Undone:/)).toBeVisible()
  await keyboard.type('nobody at all')
  await keyboard.press('Enter')
  await expect(page.getByRole('status').getByText('Nobody who registered is “nobody at all”.')).toBeVisible()
  // What is typed next takes its place.
  await keyboard.type(String(twice))
  await keyboard.press('Enter')
  await keyboard.type(String(twice))
  await keyboard.press('Shift+Enter')
  await expect(page.getByText('28 of 30 marked')).toBeVisible()
  await saved(page)
  const now = await marks()
  expect(now[String(late)]).toBeNull()
  expect(now[String(twice)]).toBe('ABSENT')
  expect(Object.values(now).filter((status) => status === 'PRESENT')).toHaveLength(24)

  await tabTo(page, 'Publish attendance')
  await keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: `Publish the attendance of ${company}?` })
  await expect(dialog).toContainText('24 students are present, 4 absent.')
  await expect(dialog).toContainText('2 students are not marked and will be recorded as ABSENT.')
  await accessible()
  await tabTo(page, 'Publish and finish the drive', 'Tab')
  await keyboard.press('Enter')
  await expect(page.getByText('The attendance is published. Nothing in it can be changed any more.')).toBeVisible()
  await expect(page.getByText('Finished', { exact: true })).toBeVisible()
  await expect(field(page)).toHaveCount(0)
  expect(Object.values(await marks()).filter((status) => status === 'ABSENT')).toHaveLength(6)

  const downloading = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Download the attendance as CSV' }).click()
  const csv = readFileSync(await (await downloading).path(), 'utf8')
  expect(csv).toContain(`${twice},`)
  expect(csv.trim().split('\n')).toHaveLength(31)
})

test('a match is chosen with the arrows', async ({ signIn, day, accessible }) => {
  const { id, students, marks } = await day(12)
  const page = await signIn('head', `/drives/${id}/attendance`)
  await expect(field(page)).toBeFocused()
  await page.keyboard.type('asha')
  const asha = students.filter(({ name }) => name.startsWith('Asha'))
  expect(asha).toHaveLength(2)
  await page.keyboard.press('ArrowDown')
  await accessible()
  await page.keyboard.press('Enter')
  await saved(page)
  expect((await marks())[String(asha[1]?.roll_number)]).toBe('PRESENT')
})

test('arrows count that come before the matches are drawn', async ({ signIn, day }) => {
  const { id, students, marks } = await day(12)
  const page = await signIn('head', `/drives/${id}/attendance`)
  await expect(field(page)).toBeFocused()
  // All in one turn of the page's loop: what it does when it finds the time is not drawn between the keys.
  await field(page).evaluate(async (input) => {
    document.execCommand('insertText', false, 'asha')
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowUp', 'ArrowDown', 'Enter']) {
      await Promise.resolve()
      input.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))
    }
  })
  await saved(page)
  const now = await marks()
  const asha = students.filter(({ name }) => name.startsWith('Asha'))
  expect(asha.map(({ roll_number }) => now[roll_number])).toEqual([null, 'PRESENT'])
})

test('a sheet is pasted, and taken back in one step @phone', async ({ signIn, day, accessible }) => {
  const { id, students, marks } = await day(12)
  const [a, b, c, d] = students.map(({ roll_number }) => roll_number)
  const page = await signIn('coordinator', `/drives/${id}/attendance`)
  await button(page, `Absent, ${d} ${students[3]?.name}`).click()
  await saved(page)
  await button(page, 'Paste list').click()
  const dialog = page.getByRole('dialog', { name: 'Mark many at once' })
  await dialog.getByLabel('Roll numbers').fill(`1\t${a}\tAsha\n2\t${b}\tVikram\tabsent\n${c}; ${d}\n99XX999`)
  await expect(dialog).toContainText('4 students recognised')
  await expect(dialog).toContainText('1 entry is nobody’s who registered:99XX999')
  await expect(dialog).toContainText('3 present')
  await accessible()
  await dialog.getByRole('button', { name: 'Mark 4 students' }).click()
  await expect(page.getByText('4 of 12 marked')).toBeVisible()
  await saved(page)
  const marked = await marks()
  expect([a, b, c, d].map((roll) => marked[String(roll)])).toEqual(['PRESENT', 'ABSENT', 'PRESENT', 'PRESENT'])

  await button(page, /^Undo: 4 students marked/).click()
  await expect(page.getByText('1 of 12 marked')).toBeVisible()
  await saved(page)
  const back = await marks()
  expect([a, b, c, d].map((roll) => back[String(roll)])).toEqual([null, null, null, 'ABSENT'])
})

test('touching marks, and touching again takes back @phone', async ({ signIn, day, accessible }) => {
  const { id, students, marks } = await day(8)
  const page = await signIn('coordinator', `/drives/${id}/attendance?show=unmarked`)
  const [a, b] = students
  const who = (status: string, student = a) => button(page, `${status}, ${student?.roll_number} ${student?.name}`)
  await who('Present').click()
  // It stays where it was, under the finger, until somebody looks for something else.
  await expect(who('Present')).toHaveAttribute('aria-pressed', 'true')
  await who('Absent', b).click()
  await accessible()
  await button(page, /^Present 1$/).click()
  await expect(who('Absent', b)).toHaveCount(0)
  await who('Present').click()
  await expect(page.getByText('1 of 8 marked')).toBeVisible()
  await saved(page)
  const now = await marks()
  expect([a, b].map((student) => now[String(student?.roll_number)])).toEqual([null, 'ABSENT'])
})

test('the roster keeps its place when it is scrolled through @phone', async ({ signIn, day }) => {
  const { id } = await day(30)
  const page = await signIn('coordinator', `/drives/${id}/attendance`)
  const last = button(page, /^Present, /).last()
  // Those above are not drawn before they are looked at.
  await expect(last).toBeAttached()
  expect(await last.evaluate(movedOnceDrawn)).toBe(0)
  await expect(last).toBeInViewport()
})

test('an attendance that has not begun says what has to be done', async ({ signIn, api, accessible }) => {
  const head = await api('head')
  const { drive_id: id } = await head.post<{ drive_id: number }>('/drives', { company_name: 'Early', job_title: 'E' })
  const page = await signIn('coordinator', `/drives/${id}/attendance`)
  await expect(page.getByRole('heading', { name: 'Attendance has not begun' })).toBeVisible()
  await accessible()
})

test('what others do to the same marks is shown', async ({ signIn, day, api, page: browser }) => {
  const { id, students, marks } = await day(4)
  const [a] = students
  const head = await api('head')
  await browser.clock.install()
  const page = await signIn('coordinator', `/drives/${id}/attendance`)
  await field(page).fill(String(a?.roll_number))
  await field(page).press('Enter')
  await saved(page)
  await head.post(`/attendance/${id}/mark`, { student_id: a?.student_id, status: 'ABSENT' })
  await page.clock.fastForward('00:10')
  await expect(page.getByText(/somebody else has changed your mark. It is ABSENT now./)).toBeVisible()
  expect((await marks())[String(a?.roll_number)]).toBe('ABSENT')
})

test('somebody signs in again, and the marks go out', async ({ signIn, day, context, page: plain }) => {
  const { id, students, marks } = await day(4)
  const [a, b] = students.map(({ roll_number }) => String(roll_number))
  const page = await signIn('coordinator', `/drives/${id}/attendance`)
  await expect(field(page)).toBeFocused()
  await context.clearCookies()
  await page.keyboard.type(String(a))
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Sign in' })
  await expect(dialog).toBeVisible()
  await expect(page.getByText('1 mark not saved yet')).toBeVisible()
  expect((await marks())[String(a)]).toBeNull()
  await dialog.getByLabel('Password or one-time code').fill('try-placeops-2026')
  await dialog.getByLabel('Password or one-time code').press('Enter')
  await saved(page)
  await field(page).fill(String(b))
  await field(page).press('Shift+Enter')
  await saved(plain)
  const now = await marks()
  expect([a, b].map((roll) => now[String(roll)])).toEqual(['PRESENT', 'ABSENT'])
})

test('what the server refuses is named, and the rest goes on', async ({ signIn, day, api, context, accessible }) => {
  const { id, students } = await day(3)
  const [a, b] = students
  const page = await signIn('coordinator', `/drives/${id}/attendance`)
  await expect(field(page)).toBeFocused()
  const head = await api('head')
  await head.post(`/attendance/${id}/mark`, { student_id: b?.student_id, status: 'PRESENT' })
  await context.setOffline(true)
  await page.keyboard.type(String(a?.roll_number))
  await page.keyboard.press('Enter')
  await expect(page.getByText('1 mark not saved yet')).toBeVisible()
  await button(page, 'Publish attendance').click()
  await expect(page.getByRole('dialog')).toContainText('Publishing waits until they are.')
  await expect(button(page, 'Publish and finish the drive')).toBeDisabled()
  await page.keyboard.press('Escape')
  await head.post(`/attendance/${id}/publish`)
  await context.setOffline(false)
  const told = page.getByRole('alert')
  await accessible()
  await expect(told).toContainText('1 mark not taken by the server:')
  await expect(told).toContainText(`${a?.roll_number} ${a?.name}, PRESENT`)
  await told.getByRole('button', { name: 'I have seen it' }).click()
  await expect(told).toHaveCount(0)
})

test.describe('without the network', () => {
  test.use({ serviceWorkers: 'allow' })

  /** ready waits until the page could be opened without the network. */
  async function ready(page: Page) {
    await page.evaluate(() => navigator.serviceWorker.ready)
    await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller?.state)).toBe('activated')
  }

  test('marks are kept over a reload and a closed page, and saved when it is back @phone', async ({
    signIn,
    day,
    context,
    accessible,
  }) => {
    test.slow()
    const { id, company, students, marks } = await day(10)
    const rolls = students.map(({ roll_number }) => roll_number)
    let page = await signIn('coordinator', `/drives/${id}/attendance`)
    await field(page).fill(String(rolls[0]))
    await field(page).press('Enter')
    await saved(page)
    await ready(page)

    await context.setOffline(true)
    for (const roll of rolls.slice(1, 4)) {
      await field(page).fill(roll)
      await field(page).press(roll === rolls[3] ? 'Shift+Enter' : 'Enter')
    }
    await expect(page.getByText('3 marks not saved yet')).toBeVisible()
    await accessible()
    await page.reload()
    await expect(page.getByRole('heading', { name: company })).toBeVisible()
    await expect(page.getByText('3 marks not saved yet')).toBeVisible()
    await expect(page.getByText('4 of 10 marked')).toBeVisible()

    // Still in use: one more, and one taken back.
    await field(page).fill(String(rolls[4]))
    await field(page).press('Enter')
    await button(page, `Present, ${rolls[0]} ${students[0]?.name}`).click()
    await expect(page.getByText('5 marks not saved yet')).toBeVisible()
    const again = await context.newPage()
    await page.close()
    page = again
    await page.goto(`/app/drives/${id}/attendance`)
    await expect(page.getByText('5 marks not saved yet')).toBeVisible()
    expect(Object.values(await marks()).filter(Boolean)).toHaveLength(1)

    await context.setOffline(false)
    await saved(page)
    const now = await marks()
    expect(rolls.slice(0, 6).map((roll) => now[roll])).toEqual([null, 'PRESENT', 'PRESENT', 'ABSENT', 'PRESENT', null])
    await expect(page.getByText('4 of 10 marked')).toBeVisible()

    const cached = await page.evaluate(async () => {
      const names = await caches.keys()
      const caching = names.map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => url))
      return (await Promise.all(caching)).flat()
    })
    expect(cached.length).toBeGreaterThan(5)
    expect(cached.filter((url) => url.includes('/api/'))).toEqual([])
  })

  test('two tabs send each mark once, in order', async ({ signIn, day, context }) => {
    test.slow()
    const { id, students, marks } = await day(20)
    const rolls = students.map(({ roll_number }) => roll_number)
    const first = await signIn('coordinator', `/drives/${id}/attendance`)
    await expect(field(first)).toBeFocused()
    await ready(first)
    const second = await context.newPage()
    await second.goto(`/app/drives/${id}/attendance`)
    await expect(field(second)).toBeVisible()
    const sent: number[] = []
    context.on('request', (request) => {
      if (request.url().endsWith('/mark-bulk')) sent.push(...studentsOf(request.postDataJSON()))
    })
    await context.setOffline(true)
    for (const [n, roll] of rolls.entries()) {
      const tab = n % 2 ? second : first
      await field(tab).fill(roll)
      await field(tab).press('Enter')
    }
    for (const tab of [first, second]) await expect(tab.getByText('20 marks not saved yet')).toBeVisible()
    sent.length = 0
    await context.setOffline(false)
    for (const tab of [first, second]) {
      await saved(tab)
      await expect(tab.getByText('20 of 20 marked')).toBeVisible()
    }
    expect(Object.values(await marks())).toEqual(rolls.map(() => 'PRESENT'))
    expect(sent.sort()).toEqual(students.map(({ student_id }) => student_id).sort())
  })

  test('signing out with unsaved marks asks, and leaves only them behind', async ({
    signIn,
    day,
    context,
    page: tab,
  }) => {
    const { id, company, students, marks } = await day(5)
    const [a] = students
    const page = await signIn('coordinator', `/drives/${id}/attendance`)
    await expect(field(page)).toBeFocused()
    await saved(page)
    await page.route('**/mark-bulk', (route) => route.abort())
    await page.keyboard.type(String(a?.roll_number))
    await page.keyboard.press('Enter')
    await expect(page.getByText('1 mark not saved yet')).toBeVisible()
    await page
      .getByRole('link', { name: 'My account' })
      .or(page.getByRole('link', { name: /Coordinator/ }))
      .click()
    await expect(page.getByText(`1 mark not saved yet: ${company}.`)).toBeVisible()
    await button(page, 'Sign out').click()
    await expect(page.getByRole('dialog')).toContainText('1 mark of attendance not saved yet.')
    await button(page, 'Sign out all the same').click()
    await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible()
    const left = await page.evaluate(
      () =>
        new Promise<string[]>((done) => {
          const opening = indexedDB.open('placeops')
          opening.onsuccess = () => {
            const asking = opening.result.transaction('kept').objectStore('kept').getAllKeys()
            asking.onsuccess = () => done(asking.result.map(String))
          }
        }),
    )
    expect(left).toEqual([expect.stringMatching(/^unsent:\d+:\d+$/)])
    expect((await marks())[String(a?.roll_number)]).toBeNull()

    await page.unroute('**/mark-bulk')
    // Somebody else's sign-in does not carry them; their maker's does, from any page.
    await signIn('head', '/account')
    await expect(page.getByRole('heading', { name: 'My account' })).toBeVisible()
    expect((await marks())[String(a?.roll_number)]).toBeNull()
    await context.clearCookies()
    await tab.goto('/app/account')
    await tab.getByLabel('E-mail address').fill(people.coordinator)
    await tab.getByLabel('Password or one-time code').fill('try-placeops-2026')
    await tab.getByLabel('Password or one-time code').press('Enter')
    await expect.poll(async () => (await marks())[String(a?.roll_number)]).toBe('PRESENT')
  })
})

function studentsOf(body: { marks: { student_id: number }[] }): number[] {
  return body.marks.map(({ student_id }) => student_id)
}
