import { expect, test } from './fixtures'

const inAYear = () => new Date(Date.now() + 300 * 86_400_000).toISOString()

test('a scheduled job is cancelled and run again by the head', async ({ signIn, api, accessible }) => {
  const head = await api('head')
  const drive = await head.post<{ drive_id: number }>('/drives', {
    company_name: 'Jobs Works',
    job_title: 'Engineer',
    registration_deadline: inAYear(),
  })
  await head.publish(drive.drive_id)
  const jobs = await head.get<{ id: number }[]>('/jobs?kind=close-registrations&state=scheduled')
  const id = jobs[0]?.id

  const page = await signIn('head', '/jobs?kind=close-registrations')
  const job = page.getByRole('listitem', { name: `Close registrations no. ${id}` })
  await expect(job).toContainText('Scheduled')
  await accessible()
  await job.getByRole('button', { name: 'Cancel…' }).click()
  const asks = page.getByRole('dialog', { name: `Cancel “Close registrations no. ${id}”?` })
  await asks.getByRole('button', { name: 'Cancel the job' }).click()
  await expect(job).toContainText('Cancelled')
  await job.getByRole('button', { name: 'Run again…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Run again' }).click()
  await expect(job, 'its time has not come yet: it waits for it again').toContainText('Scheduled')
})

test('jobs are filtered by state and kind, and told in words @phone', async ({ signIn, api, accessible }) => {
  const head = await api('head')
  const { job_id } = await head.post<{ job_id: number }>('/analytics/refresh')
  await head.finished(job_id)
  const page = await signIn('coordinator', '/jobs')
  await page.getByRole('button', { name: /^Done/ }).click()
  await page.getByRole('button', { name: /All kinds/ }).click()
  await page.getByRole('option', { name: 'Refresh the figures' }).click()
  await expect(page).toHaveURL(/state=completed.*kind=refresh-materialized-views/)
  const job = page.getByRole('listitem', { name: `Refresh the figures no. ${job_id}` })
  await job.getByText('Details').click()
  await expect(job).toContainText('Asked for')
  await accessible()
  await expect(page.getByRole('button', { name: 'Run again…' }), 'the head’s').toHaveCount(0)
  await expect(page.getByRole('link', { name: 'River’s console' })).toHaveCount(0)

  await page.getByRole('button', { name: /^Failed/ }).click()
  await page.getByRole('button', { name: 'Show all jobs' }).click()
  await expect(page).toHaveURL(/jobs$/)
})

test('the session leads the head into River’s console', async ({ signIn, context }) => {
  const page = await signIn('head', '/jobs')
  const opening = context.waitForEvent('page')
  await page.getByRole('link', { name: 'River’s console' }).click()
  const river = await opening
  await expect(river).toHaveURL(/\/admin\/river\//)
  await expect(river.getByRole('link', { name: 'Jobs' }).first()).toBeVisible()
})
