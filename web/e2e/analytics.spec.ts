import { expect, test } from './fixtures'

interface Summary {
  total_drives: number
  registrations: number
  attendance_rate_percent: number
}

interface BranchCount {
  branch: string | null
  students: number
  eligible: number
  registered: number
  present: number
}

test('the figures are the API’s @phone', async ({ signIn, api, accessible }) => {
  const staff = await api('staff')
  const page = await signIn('staff', '/analytics?days=365')
  await expect(page.getByRole('heading', { name: 'Analytics' })).toBeVisible()
  // Another test may refresh them in between; what is shown then is read anew.
  await expect(async () => {
    const [summary, branches, funnel] = await Promise.all([
      staff.get<Summary>('/analytics/summary?days=365'),
      staff.get<BranchCount[]>('/analytics/by-branch?days=365'),
      staff.get<Record<string, number>>('/analytics/funnel?days=365'),
    ])
    await page.reload()
    const figures = page.getByRole('region', { name: 'Summary' })
    await expect(figures).toContainText(`Drives${summary.total_drives}`, { timeout: 2_000 })
    await expect(figures).toContainText(`Registrations${summary.registrations}`)
    await expect(figures).toContainText(`Attendance rate${summary.attendance_rate_percent}%`)
    const branch = page.getByRole('region', { name: 'By branch' })
    await branch.getByText('Show as table').click()
    const [first] = branches
    await expect(
      branch.getByRole('row', {
        name: [first?.branch, first?.students, first?.eligible, first?.registered, first?.present].join(' '),
      }),
    ).toBeVisible({ timeout: 2_000 })
    const steps = page.getByRole('region', { name: 'From eligible to present' })
    await steps.getByText('Show as table').click()
    await expect(steps.getByRole('row', { name: `Registered ${funnel.registered}` })).toBeVisible({ timeout: 2_000 })
  }).toPass()
  await accessible()
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing sticks out').toBe(true)
  await expect(page.getByRole('button', { name: 'Refresh' }), 'the head’s').toHaveCount(0)

  await page.getByRole('button', { name: /Last 365 days/ }).click()
  await page.getByRole('option', { name: 'Last 90 days' }).click()
  await expect(page).toHaveURL(/days=90/)
})

test('the head refreshes, and a new drive is in the figures', async ({ signIn, api }) => {
  const page = await signIn('head', '/analytics')
  const drives = page.getByRole('region', { name: 'Summary' })
  await expect(drives).toContainText(/Drives\d+/)
  const head = await api('head')
  await head.post('/drives', { company_name: 'Refresh Works', job_title: 'Engineer' })
  const { total_drives: before } = await head.get<Summary>('/analytics/summary')
  await page.getByRole('button', { name: 'Refresh' }).click()
  await expect(page.getByText('The figures are up to date.')).toBeVisible()
  const { total_drives: after } = await head.get<Summary>('/analytics/summary')
  expect(after).toBeGreaterThan(before - 1)
  await expect(drives).toContainText(`Drives${after}`)
})

test('what cannot be loaded can be tried again', async ({ signIn, page }) => {
  let fails = true
  await page.route('**/analytics/funnel**', (route) =>
    fails
      ? route.fulfill({ status: 500, json: { title: 'Internal Server Error', detail: 'broken' } })
      : route.continue(),
  )
  await signIn('coordinator', '/analytics')
  const funnel = page.getByRole('region', { name: 'From eligible to present' })
  await expect(funnel.getByRole('alert')).toContainText('broken')
  fails = false
  await funnel.getByRole('button', { name: 'Try again' }).click()
  await expect(funnel.getByRole('alert')).toHaveCount(0)
})
