import { expect, test } from './fixtures'

let last = 0
const fresh = () => `${process.pid}p${Date.now().toString(36)}${++last}`

interface User {
  user_id: number
  email: string
  name: string
  role: string
  active: boolean
}

test('a person is added, signs in by the code, and is signed out when deactivated', async ({
  signIn,
  api,
  accessible,
  browser,
  server,
}) => {
  const id = fresh()
  const [name, email] = [`Nisha ${id}`, `${id}@people.example`]
  const page = await signIn('head', '/people')
  await page.getByRole('button', { name: 'Add a person' }).click()
  await page.getByLabel('Name', { exact: true }).fill(name)
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Department').fill('Placements')
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: `One-time code for ${name}` })
  const code = (await dialog.getByLabel('One-time code').textContent()) ?? ''
  await accessible()
  await page.keyboard.press('Escape')
  await expect(dialog, 'a slip must not lose the code').toBeVisible()
  await dialog.getByRole('button', { name: 'I have passed it on' }).click()

  const theirs = await browser.newContext({ baseURL: server.url })
  const tab = await theirs.newPage()
  await tab.goto('/app/')
  await tab.getByLabel('E-mail address').fill(email)
  await tab.getByLabel('Password or one-time code').fill(code)
  await tab.getByRole('button', { name: 'Sign in' }).click()
  await tab.getByLabel('The one-time code that you just used').fill(code)
  await tab.getByLabel('New password', { exact: true }).fill('a-long-one-4-nisha')
  await tab.getByLabel('New password again').fill('a-long-one-4-nisha')
  await tab.getByRole('button', { name: 'Change password' }).click()
  await expect(tab.getByRole('navigation', { name: 'Menu' })).toBeVisible()

  await page.getByLabel('Search by name or e-mail').fill(id)
  await expect(page.getByText('1 person')).toBeVisible()
  await page.getByRole('button', { name: `What to do with ${name}` }).click()
  await page.getByRole('menuitem', { name: 'Deactivate…' }).click()
  const asks = page.getByRole('dialog', { name: `Deactivate ${name}?` })
  await expect(asks).toContainText(email)
  await accessible()
  await asks.getByRole('button', { name: 'Deactivate' }).click()
  await expect(page.getByRole('row', { name }).getByText('Deactivated')).toBeVisible()

  await tab.goto('/app/account')
  await expect(tab.getByRole('heading', { name: 'Sign in' }), 'their session has ended').toBeVisible()
  await theirs.close()
  const [user] = await (await api('head')).get<User[]>(`/users?q=${id}`)
  expect(user).toMatchObject({ active: false, role: 'STAFF', name })
})

test('a student is added, found by filters, and renamed @phone', async ({ signIn, api, accessible, isMobile }) => {
  const id = fresh()
  const page = await signIn('head', '/people')
  await page.getByRole('button', { name: 'Add a person' }).click()
  await page.getByRole('dialog').getByRole('button', { name: /Role/ }).click()
  await page.getByRole('option', { name: 'Student' }).click()
  await page.getByLabel('Name', { exact: true }).fill(`Tara ${id}`)
  await page.getByLabel('E-mail address').fill(`${id}@people.example`)
  await page.getByLabel('Roll number').fill(id)
  await page.getByLabel('CGPA').fill('8.25')
  await accessible()
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await page.getByRole('button', { name: 'I have passed it on' }).click()
  const head = await api('head')
  expect(await head.get<unknown[]>(`/students?q=${id}`)).toMatchObject([{ roll_number: id, cgpa: 8.25 }])

  await page.getByLabel('Search by name or e-mail').fill(id)
  if (isMobile) await page.getByRole('button', { name: 'Filters' }).click()
  await page.getByRole('button', { name: 'All roles' }).click()
  await page.getByRole('option', { name: 'Student' }).click()
  await expect(page).toHaveURL(new RegExp(`q=${id}`))
  await expect(page).toHaveURL(/role=STUDENT/)
  await expect(page.getByText('1 person')).toBeVisible()
  await page.getByRole('button', { name: `What to do with Tara ${id}` }).click()
  await page.getByRole('menuitem', { name: 'Edit…' }).click()
  await page.getByLabel('Name', { exact: true }).fill(`Tara Devi ${id}`)
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByRole('row', { name: `Tara Devi ${id}` })).toBeVisible()

  await page.getByLabel('Search by name or e-mail').fill(`${id} nobody`)
  await page.getByRole('button', { name: 'Clear the filters' }).click()
  await expect(page).toHaveURL(/people$/)
})

test('a new code replaces a password, and faults stand at their fields', async ({ signIn, api }) => {
  const id = fresh()
  const email = `${id}@people.example`
  const head = await api('head')
  await head.post('/users', { name: `Om ${id}`, email, role: 'STAFF', password: 'a-long-one-4-om' })
  const page = await signIn('head', `/people?q=${id}`)
  await page.getByRole('button', { name: `What to do with Om ${id}` }).click()
  await page.getByRole('menuitem', { name: 'New one-time code…' }).click()
  await page.getByRole('button', { name: 'Make a new code' }).click()
  await expect(page.getByRole('dialog').getByLabel('One-time code')).not.toBeEmpty()
  await page.getByRole('button', { name: 'I have passed it on' }).click()
  await expect(page.getByRole('row', { name: `Om ${id}` }).getByText('Code not used yet')).toBeVisible()

  await page.getByRole('button', { name: 'Add a person' }).click()
  await page.getByLabel('Name', { exact: true }).fill('Twice')
  await page.getByLabel('E-mail address').fill(email)
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await expect(page.getByRole('dialog')).toContainText(/e-mail address.*(taken|exists|already|belongs|has)/i)
})

test('the last head stays', async ({ signIn, api, accessible }) => {
  const heads = await (await api('head')).get<User[]>('/users?role=HEAD&active=true')
  expect(heads).toHaveLength(1)
  const page = await signIn('head', '/people?role=HEAD')
  await expect(page.getByRole('row', { name: heads[0]?.name })).toBeVisible()
  await accessible()
  await page.getByRole('button', { name: `What to do with ${heads[0]?.name}` }).click()
  await page.getByRole('menuitem', { name: 'Deactivate…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Deactivate' }).click()
  await expect(page.getByRole('alert')).toContainText('Make somebody else head first')
})
