import { type Api, expect, test } from './fixtures'

interface Student {
  user_id: number
  name: string
  roll_number: string
}

let last = 0

/** A student of this test alone, with a name that nobody else has. */
async function newStudent(head: Api, fields: Record<string, unknown> = {}): Promise<Student> {
  const mark = `${process.pid}-${Date.now()}-${++last}`
  const name = `Sana ${mark}`
  const roll_number = `S${mark}`
  const { user_id } = await head.post<{ user_id: number }>('/users', {
    name,
    email: `${roll_number}@demo.example`.toLowerCase(),
    role: 'STUDENT',
    roll_number,
    branch: 'CSE',
    batch_year: 2027,
    cgpa: 8.1,
    ...fields,
  })
  return { user_id, name, roll_number }
}

test('finding a student and correcting a mark @phone', async ({ signIn, api, accessible }) => {
  const student = await newStudent(await api('head'))
  const page = await signIn('coordinator', '/students')
  await expect(page.getByRole('heading', { name: 'Students', exact: true })).toBeVisible()
  await accessible()
  await page.getByRole('searchbox').fill(student.roll_number)
  await expect(page.getByText('1 student matches')).toBeVisible()
  await page.getByRole('row', { name: student.name }).click()

  const dialog = page.getByRole('dialog', { name: student.name })
  await expect(dialog.getByText('8.1', { exact: true })).toBeVisible()
  await accessible()
  await dialog.getByRole('button', { name: 'Edit' }).click()
  await dialog.getByLabel('E-mail').fill('student@demo.example')
  await dialog.getByLabel('CGPA').fill('7.4951')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await expect(dialog.getByText(/address/)).toBeVisible()
  await dialog.getByLabel('E-mail').fill(`new-${student.roll_number}@demo.example`)
  await accessible()
  await dialog.getByRole('button', { name: 'Save' }).click()
  await expect(dialog.getByText('7.4951')).toBeVisible()
  await dialog.getByRole('button', { name: 'Close' }).click()
  await expect(page.getByRole('row', { name: student.name })).toContainText('7.4951')
  await expect(page, 'the search is still there').toHaveURL(new RegExp(`/students\\?q=${student.roll_number}`))
})

test('keys reach the last row and the first, and neither is cut off', async ({ signIn }) => {
  const page = await signIn('coordinator', '/students')
  const rows = page.getByRole('grid').getByRole('row')
  await expect(rows.nth(5)).toBeVisible()
  await rows.nth(1).focus()
  const row = page.locator('[role="row"]:focus')
  const at: number[] = []
  for (const key of ['End', 'PageUp', 'Home', 'PageDown']) {
    await page.keyboard.press(key)
    expect(await row.evaluate(cutOff), key).toEqual({ above: 0, below: 0 })
    at.push(Number(await row.getAttribute('aria-rowindex')))
  }
  const [end = 0, before = 0, home, after = 0] = at
  expect(end, 'there are 40 students at least').toBeGreaterThan(40)
  expect(home, 'the head is the first').toBe(2)
  expect([before < end - 5, after > 7], 'a page is some rows').toEqual([true, true])
})

/** cutOff runs in the page: by how many pixels a row is covered by the table's head, and by its end. */
function cutOff(row: Element) {
  const grid = row.closest('[role="grid"]') as HTMLElement
  const { top, bottom } = row.getBoundingClientRect()
  const head = (grid.querySelector('[role="rowgroup"]') as Element).getBoundingClientRect().bottom
  const end = grid.getBoundingClientRect().top + grid.clientTop + grid.clientHeight
  return { above: Math.max(0, Math.round(head - top)), below: Math.max(0, Math.round(bottom - end)) }
}

test('what stood there before stays readable until the next list has come', async ({ signIn, accessible }) => {
  const page = await signIn('coordinator', '/students')
  await expect(page.getByRole('row').nth(1)).toBeVisible()
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  await page.route('**/api/students?*', async (route) => {
    await held
    await route.continue()
  })
  await page.getByRole('button', { name: 'CGPA' }).click()
  await expect(page.getByRole('grid')).toHaveAttribute('aria-busy', 'true')
  await accessible()
  release()
  await expect(page.getByRole('grid')).toHaveAttribute('aria-busy', 'false')
})

test('debarring a student, and lifting it', async ({ signIn, api, accessible }) => {
  const student = await newStudent(await api('head'))
  const page = await signIn('head', `/students/${student.user_id}`)
  const dialog = page.getByRole('dialog', { name: student.name, exact: true })
  await dialog.getByRole('button', { name: 'Debar…' }).click()
  const asking = page.getByRole('dialog', { name: `Debar ${student.name}?` })
  await expect(asking).toContainText(student.roll_number)
  await asking.getByLabel('Reason').fill('Gave wrong marks')
  await accessible()
  await asking.getByRole('button', { name: 'Debar', exact: true }).click()
  await expect(dialog).toContainText('Reason: Gave wrong marks')

  await dialog.getByRole('button', { name: 'Lift the debarment…' }).click()
  await page.getByRole('dialog', { name: /Lift/ }).getByRole('button', { name: 'Lift it' }).click()
  await expect(dialog.getByText('In good standing')).toBeVisible()
})

test('filters and sort stand in the address', async ({ signIn, api }) => {
  const head = await api('head')
  const branch = `B${process.pid}${Date.now()}`
  const low = await newStudent(head, { branch, cgpa: 6.5 })
  const high = await newStudent(head, { branch, cgpa: 9.25 })
  const page = await signIn('staff', '/students')
  await page.getByLabel('Branch', { exact: true }).fill(branch)
  await expect(page.getByRole('row', { name: low.name })).toBeVisible()
  await page.getByRole('button', { name: 'CGPA' }).click()
  await expect(page.getByRole('row').nth(1)).toContainText(high.name)
  await page.reload()
  await expect(page.getByRole('row').nth(1)).toContainText(high.name)
  await expect(page.getByRole('columnheader', { name: 'CGPA' })).toHaveAttribute('aria-sort', 'descending')
  await page.getByLabel('CGPA from').fill('9')
  await expect(page.getByRole('row', { name: low.name })).toHaveCount(0)
  await page.getByRole('row', { name: high.name }).click()
  const dialog = page.getByRole('dialog', { name: high.name })
  await expect(dialog.getByText('9.25')).toBeVisible()
  await expect(dialog.getByRole('button', { name: 'Edit' }), 'staff only read').toHaveCount(0)
})

test('a list that cannot be read says so and can be tried again', async ({ signIn, page }) => {
  await page.route('**/api/students?*', (route) => route.fulfill({ status: 500, json: { detail: 'broken' } }))
  await signIn('head', '/students')
  await expect(page.getByRole('alert')).toContainText('broken')
  await page.unroute('**/api/students?*')
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByRole('grid').getByRole('row').nth(3)).toBeVisible()
})

test('a phone sorts by what it has no room to show, and back @phone-only', async ({ signIn, accessible }) => {
  const page = await signIn('staff', '/students')
  const sort = page.getByRole('button', { name: /Sort$/ })
  await sort.click()
  await page.getByRole('option', { name: 'Batch, downwards' }).click()
  await expect(page).toHaveURL(/sort=-batch_year/)
  await expect(sort).toContainText('Batch, downwards')
  await accessible()
  await sort.click()
  await page.getByRole('option', { name: 'Roll number, upwards' }).click()
  await expect(page).not.toHaveURL(/sort/)
})
