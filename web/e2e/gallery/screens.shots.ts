import { test } from '../fixtures'
import { become, picture, quiet, states } from './picture'

interface Drive {
  drive_id: number
  status: string
}

/** screens are the pages of each role; :pending and the like stand for a drive of the demo college in that state. */
const screens = {
  student: ['/open', '/open/:pending', '/mine', '/notifications', '/account'],
  staff: ['/drives', '/drives/:attending', '/drives/:attending/registrations', '/students', '/analytics', '/finished'],
  coordinator: [
    '/drives',
    '/drives/new',
    '/drives/:pending',
    '/drives/:attending',
    '/drives/:completed',
    '/drives/:pending/edit',
    '/drives/:pending/students',
    '/drives/:attending/registrations',
    '/drives/:attending/attendance',
    '/drives/:completed/attendance',
    '/notifications',
  ],
  head: ['/students', '/students/5', '/analytics', '/finished', '/people', '/import', '/jobs', '/audit', '/nowhere'],
} as const

for (const role of Object.keys(screens) as (keyof typeof screens)[]) {
  for (const path of screens[role]) {
    test(`${role} ${path}`, async ({ page, api, signIn }) => {
      const drives = await (await api('head')).get<Drive[]>('/drives')
      const at = path.replace(/:(\w+)/, (_, status) =>
        String(drives.find((drive) => drive.status === status)?.drive_id ?? 1),
      )
      await signIn(role, '/account')
      for (const state of Object.keys(states)) {
        await become(page, state)
        await page.goto(`/app${at}`)
        if (state === 'loading') await page.waitForTimeout(700)
        else await quiet(page)
        await picture(page, `${role}${path.replace(/\W+/g, '-')}.${state}`)
      }
    })
  }
}
