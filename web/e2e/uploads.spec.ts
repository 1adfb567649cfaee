import { writeFile } from 'node:fs/promises'
import type { Locator, Page } from '@playwright/test'
import type { DriveBody } from '../src/api/schema'
import { expect, test } from './fixtures'
import { menu } from './pages'

let last = 0
/** A name that no other test uses. */
const fresh = (what: string) => `${what}${process.pid}x${++last}`

interface Chosen {
  name: string
  mimeType: string
  buffer: Buffer
}

/** A PDF whose bytes no other test sends. */
const pdf = (name: string, size = 64): Chosen => ({
  name,
  mimeType: 'application/pdf',
  buffer: Buffer.from(`%PDF-1.4\n${name}\n${'x'.repeat(size)}\n%%EOF\n`),
})

/** A sheet of some students, with remarks that nobody reads. */
const sheet = (rolls: string[], size = 0): Chosen => ({
  name: 'students.csv',
  mimeType: 'text/csv',
  buffer: Buffer.from(
    ['Roll No,Name,Email,Branch,Batch,Remarks']
      .concat(rolls.map((r) => `${r},Student,${r}@uploads.example,CSE,2027,${' '.repeat(size / rolls.length)}`))
      .join('\n'),
  ),
})

/** So much, so slowly, that it does not arrive while a test looks at it: 40 s. */
const long = 1_600_000
const slowly = 40_000

/** sendsSlowly makes the way to the server as slow as a phone's, until what it answers is called: then the rest arrives at once. */
async function sendsSlowly(page: Page) {
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('Network.enable')
  const upload = (uploadThroughput: number) =>
    cdp.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput,
    })
  await upload(slowly)
  return () => upload(-1)
}

/** drop lets a file of this machine fall onto something, as a person does who drags it there. */
async function drop(page: Page, on: Locator, { name, buffer }: Chosen) {
  const path = test.info().outputPath(name)
  await writeFile(path, buffer)
  await on.scrollIntoViewIfNeeded()
  const box = await on.boundingBox()
  if (!box) throw new Error('there is no place to drop it')
  const cdp = await page.context().newCDPSession(page)
  const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 }
  const data = { items: [], files: [path], dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await cdp.send('Input.dispatchDragEvent', { type, ...at, data })
}

async function choose(page: Page, button: string, file: Chosen) {
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: button }).click()
  await (await chooser).setFiles(file)
}

const bar = (page: Page, name: string) => page.getByRole('progressbar', { name: `Sending ${name}` })
const goneSoFar = async (on: Locator) => Number(await on.getAttribute('aria-valuenow'))

/** moves waits until some of it has gone, and more after that, but not all. */
async function moves(on: Locator) {
  await expect.poll(() => goneSoFar(on)).toBeGreaterThan(0)
  const before = await goneSoFar(on)
  await expect.poll(() => goneSoFar(on)).toBeGreaterThan(before)
  expect(await goneSoFar(on)).toBeLessThan(Number(await on.getAttribute('aria-valuemax')))
}

/** served is what the server gives to whoever opens the PDF of the drive in sight. */
async function served(page: Page): Promise<string> {
  const href = await page.getByRole('link', { name: 'Open the PDF' }).getAttribute('href')
  return (await page.request.get(href ?? '')).text()
}

test('a sheet shows how much of it has gone, can be stopped, and arrives though its page is left', async ({
  signIn,
  api,
  accessible,
}) => {
  const page = await signIn('head', '/import')
  const field = page.getByLabel('Choose a sheet (.csv or .xlsx)')
  const rolls = Array.from({ length: 8 }, () => fresh('up'))
  await expect(page.getByRole('heading', { name: 'Recent imports' })).toBeVisible()
  const hurry = await sendsSlowly(page)
  await field.setInputFiles(sheet(rolls, long))
  await moves(bar(page, 'students.csv'))
  await accessible()
  await page.getByRole('button', { name: 'Stop' }).click()
  await expect(field).toBeAttached()
  await expect(page.getByRole('alert')).toHaveCount(0)

  await field.setInputFiles(sheet(rolls, long))
  await moves(bar(page, 'students.csv'))
  await menu(page, 'Students')
  expect(await page.evaluate(() => !window.dispatchEvent(new Event('beforeunload', { cancelable: true })))).toBe(true)
  await menu(page, 'Import')
  await expect(bar(page, 'students.csv'), 'it is still on its way').toBeVisible()
  await menu(page, 'Students')
  await hurry()
  await expect(page.getByText('students.csv has arrived.')).toBeVisible()
  await expect(page.getByRole('heading', { name: 'Students', exact: true }), 'nobody is taken away').toBeVisible()
  const [job] = await (await api('head')).get<{ id: number }[]>('/jobs?kind=import-students&limit=1')
  await page.goto(`/app/import?job=${job?.id}`)
  await expect(page.getByRole('heading', { name: 'The sheet is good' })).toBeVisible()
})

test('a PDF shows how much of it has gone; stopped, nothing is created; left, it is created once', async ({
  signIn,
  api,
  accessible,
}) => {
  const head = await api('head')
  const company = fresh('Slow Works ')
  const found = () => head.get<DriveBody[]>(`/drives?q=${encodeURIComponent(company)}`)
  const page = await signIn('coordinator', '/drives/new')
  await page.getByLabel('Company').fill(company)
  await page.getByLabel('Job title').fill('Clerk')
  await choose(page, 'Choose a PDF', pdf('job.pdf', long))
  const hurry = await sendsSlowly(page)
  const create = page.getByRole('button', { name: 'Create', exact: true })
  await create.click()
  await moves(bar(page, 'job.pdf'))
  await accessible()
  await page.getByRole('button', { name: 'Stop', exact: true }).click()
  await expect(bar(page, 'job.pdf')).toHaveCount(0)
  await expect(page.getByLabel('Company')).toHaveValue(company)
  await expect(page.getByRole('alert')).toHaveCount(0)
  expect(await found()).toEqual([])

  await create.click()
  await moves(bar(page, 'job.pdf'))
  await menu(page, 'Students')
  await expect(page.getByRole('heading', { name: 'Students', exact: true })).toBeVisible()
  await page.goBack()
  await expect(bar(page, 'job.pdf')).toBeVisible()
  await expect(create, 'it cannot be created a second time').toHaveCount(0)
  await menu(page, 'Students')
  await hurry()
  await expect(page.getByText(`The drive of ${company} is created.`)).toBeVisible()
  await expect(page.getByRole('heading', { name: 'Students', exact: true })).toBeVisible()
  expect(await found()).toHaveLength(1)
  await page.goto('/app/drives/new')
  await expect(page.getByLabel('Company'), 'the draft is done with').toHaveValue('')
})

test('a PDF and a sheet are dropped, and what falls beside opens nothing', async ({ signIn, api }) => {
  const company = fresh('Drop Works ')
  const page = await signIn('head', '/drives/new')
  await page.getByLabel('Company').fill(company)
  await page.getByLabel('Job title').fill('Clerk')
  const first = pdf(fresh('dropped'))
  const place = page.getByText('Choose a PDF or drop it here')
  await drop(page, place, { ...first, buffer: Buffer.from('no PDF') })
  await expect(page.getByText('This is not a PDF.')).toBeVisible()
  await drop(page, place, first)
  await expect(page.getByText(first.name)).toBeVisible()
  await expect(page.getByText('This is not a PDF.')).toHaveCount(0)
  // Only a browser with a window would open it instead of the page; whether it may is decided here.
  const over = page.evaluate(
    () => new Promise((done) => window.addEventListener('dragover', (event) => done(event.defaultPrevented))),
  )
  await drop(page, page.getByRole('heading', { name: 'New drive' }), pdf(fresh('beside')))
  expect(await over, 'nothing is opened instead of the page').toBe(true)
  await expect(page.getByText(first.name)).toBeVisible()
  await page.getByRole('button', { name: 'Create', exact: true }).click()
  await expect(page.getByRole('link', { name: 'Open the PDF' })).toBeVisible()
  expect(await served(page)).toBe(first.buffer.toString())

  await menu(page, 'Import')
  const roll = fresh('dr')
  await drop(page, page.getByText('Drop a sheet here, or choose one'), sheet([roll]))
  await expect(page.getByRole('heading', { name: 'The sheet is good' })).toBeVisible()
  await page.getByRole('button', { name: 'Import for real…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Import' }).click()
  await expect(page.getByRole('heading', { name: 'The students are imported' })).toBeVisible()
  expect(await (await api('head')).get<unknown[]>(`/students?q=${roll}`)).toHaveLength(1)
})

test('a replaced PDF is the one that is served, with the fields of the same form', async ({ signIn, api }) => {
  const head = await api('head')
  const company = fresh('Replaced Works ')
  const before = pdf(fresh('before'))
  const after = pdf(fresh('after'))
  const drive = await head.postForm<DriveBody>('/drives', {
    fields: JSON.stringify({ company_name: company, job_title: 'Clerk', location: 'Pune' }),
    pdf: before,
  })
  const page = await signIn('coordinator', `/drives/${drive.drive_id}`)
  expect(await served(page)).toBe(before.buffer.toString())
  const old = await page.getByRole('link', { name: 'Open the PDF' }).getAttribute('href')

  await page.getByRole('link', { name: 'Edit' }).click()
  await choose(page, 'Replace', after)
  await page.getByLabel('Location').fill('')
  // Also when the form is left between choosing and saving.
  await page.goBack()
  await page.getByRole('link', { name: 'Edit' }).click()
  await expect(page.getByText(after.name)).toBeVisible()
  const branches = page.getByRole('group', { name: 'Branches' })
  await branches.getByLabel('Another branch', { exact: true }).fill('CSE, AI and ML')
  await branches.getByLabel('Another branch', { exact: true }).press('Enter')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByRole('heading', { name: company, level: 1 })).toBeVisible()
  await expect(page.getByText('Branches: CSE, AI and ML')).toBeVisible()
  expect(await served(page)).toBe(after.buffer.toString())
  expect((await page.request.get(old ?? '')).status(), 'the old one is gone').toBe(404)
  expect(await head.get<DriveBody>(`/drives/${drive.drive_id}`)).toMatchObject({
    location: null,
    allowed_branches: ['CSE, AI and ML'],
  })
})

test('a branch with a comma is one branch, also with a PDF', async ({ signIn, api }) => {
  const company = fresh('Comma Works ')
  const page = await signIn('coordinator', '/drives/new')
  await page.getByLabel('Company').fill(company)
  await page.getByLabel('Job title').fill('Clerk')
  await page.getByRole('textbox', { name: 'Description' }).fill('First line\nsecond')
  const branches = page.getByRole('group', { name: 'Branches' })
  await branches.getByLabel('Another branch', { exact: true }).fill('CSE, AI and ML')
  await branches.getByLabel('Another branch', { exact: true }).press('Enter')
  await choose(page, 'Choose a PDF', pdf('job.pdf'))
  await page.getByRole('button', { name: 'Create', exact: true }).click()
  await expect(page.getByRole('link', { name: 'Open the PDF' })).toBeVisible()
  const [drive] = await (await api('head')).get<DriveBody[]>(`/drives?q=${encodeURIComponent(company)}`)
  expect(drive).toMatchObject({ allowed_branches: ['CSE, AI and ML'], job_description: 'First line\nsecond' })
})
