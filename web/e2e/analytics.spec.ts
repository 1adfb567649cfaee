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
  const [staff, head] = [await api('staff'), await api('head')]
  const { job_id } = await head.post<{ job_id: number }>('/analytics/refresh')
  await head.finished(job_id)
  const page = await signIn('staff', '/analytics?days=365')
  await expect(page.getByRole('heading', { name: 'Analytics' })).toBeVisible()
  const [summary, branches, funnel] = await Promise.all([
    staff.get<Summary>('/analytics/summary?days=365'),
    staff.get<BranchCount[]>('/analytics/by-branch?days=365'),
    staff.get<Record<string, number>>('/analytics/funnel?days=365'),
  ])
  const figures = page.getByRole('region', { name: 'Summary' })
  await expect(figures).toContainText(`Drives${summary.total_drives}`)
  await expect(figures).toContainText(`Registrations${summary.registrations}`)
  await expect(figures).toContainText(`Attendance rate${summary.attendance_rate_percent}%`)
  const branch = page.getByRole('region', { name: 'By branch', exact: true })
  await branch.getByText('Show as table').click()
  for (const { branch: name, students, eligible, registered, present } of branches) {
    const row = branch.getByRole('row', { name: [name, students, eligible, registered, present].join(' ') })
    await expect(row).toBeVisible()
  }
  const steps = page.getByRole('region', { name: 'From eligible to present', exact: true })
  await steps.getByText('Show as table').click()
  await expect(steps.getByRole('row', { name: `Registered ${funnel.registered}` })).toBeVisible()
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
  const funnel = page.getByRole('region', { name: 'From eligible to present', exact: true })
  await expect(funnel.getByRole('alert')).toContainText('broken')
  fails = false
  await funnel.getByRole('button', { name: 'Try again' }).click()
  await expect(funnel.getByRole('alert')).toHaveCount(0)
})
