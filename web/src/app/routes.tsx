import { type ComponentType, lazy } from 'react'
import { Redirect, Route, Switch } from 'wouter'
import { part } from '~/api/build'
import { type Role, useSession } from '~/api/session'
import Open from '~/features/student/Open'
import { NotFound } from './NotFound'

/** ScreenProps are what each page gets: the named parts of its path. */
export interface ScreenProps {
  params: Record<string, string | undefined>
}

type Screen = ComponentType<ScreenProps>

const screen = (load: () => Promise<{ default: Screen }>) => lazy(part(load))

const account = screen(() => import('~/features/account/Account'))
const notifications = screen(() => import('~/features/account/Notifications'))
const attendance = screen(() => import('~/features/attendance/Attendance'))
const finished = screen(() => import('~/features/finished/Finished'))
const analytics = screen(() => import('~/features/analytics/Analytics'))
const people = screen(() => import('~/features/people/People'))
const imports = screen(() => import('~/features/imports/Import'))
const jobs = screen(() => import('~/features/jobs/Jobs'))
const audit = screen(() => import('~/features/audit/Audit'))
const studentDrive = screen(() => import('~/features/student/Drive'))
const studentMine = screen(() => import('~/features/student/Mine'))
const drives = screen(() => import('~/features/drives/Drives'))
const newDrive = screen(() => import('~/features/drives/NewDrive'))
const drive = screen(() => import('~/features/drives/Drive'))
const editDrive = screen(() => import('~/features/drives/EditDrive'))
const selection = screen(() => import('~/features/selection/Selection'))
const registrations = screen(() => import('~/features/registrations/Registrations'))
const students = screen(() => import('~/features/students/Students'))

/** screens is the table of all pages of the console and whom they are for; the server decides again on each request. */
export const screens: { path: string; roles: readonly Role[]; screen: Screen }[] = [
  { path: '/account', roles: ['STUDENT', 'STAFF', 'COORDINATOR', 'HEAD'], screen: account },
  { path: '/notifications', roles: ['STUDENT', 'STAFF', 'COORDINATOR', 'HEAD'], screen: notifications },
  { path: '/drives/:id/attendance', roles: ['COORDINATOR', 'HEAD'], screen: attendance },
  { path: '/finished', roles: ['STAFF', 'COORDINATOR', 'HEAD'], screen: finished },
  { path: '/analytics', roles: ['STAFF', 'COORDINATOR', 'HEAD'], screen: analytics },
  { path: '/people', roles: ['HEAD'], screen: people },
  { path: '/import', roles: ['HEAD'], screen: imports },
  { path: '/jobs', roles: ['COORDINATOR', 'HEAD'], screen: jobs },
  { path: '/audit', roles: ['HEAD'], screen: audit },
  // A student begins here, on a phone and in a hurry: this page is part of what is loaded first.
  { path: '/open', roles: ['STUDENT'], screen: Open },
  { path: '/open/:id', roles: ['STUDENT'], screen: studentDrive },
  { path: '/mine', roles: ['STUDENT'], screen: studentMine },
  { path: '/drives', roles: ['STAFF', 'COORDINATOR', 'HEAD'], screen: drives },
  { path: '/drives/new', roles: ['COORDINATOR', 'HEAD'], screen: newDrive },
  { path: '/drives/:id', roles: ['STAFF', 'COORDINATOR', 'HEAD'], screen: drive },
  { path: '/drives/:id/edit', roles: ['COORDINATOR', 'HEAD'], screen: editDrive },
  { path: '/drives/:id/students', roles: ['COORDINATOR', 'HEAD'], screen: selection },
  { path: '/drives/:id/registrations', roles: ['STAFF', 'COORDINATOR', 'HEAD'], screen: registrations },
  { path: '/students/:id?', roles: ['STAFF', 'COORDINATOR', 'HEAD'], screen: students },
]

/** start is where a person begins. */
export const start: Record<Role, string> = {
  STUDENT: '/open',
  STAFF: '/drives',
  COORDINATOR: '/drives',
  HEAD: '/drives',
}

export function Routes() {
  const { role } = useSession()
  return (
    <Switch>
      <Route path="/">
        <Redirect to={start[role]} replace />
      </Route>
      {screens
        .filter(({ roles }) => roles.includes(role))
        .map(({ path, screen: Page }) => (
          <Route key={path} path={path}>
            {(params) => <Page params={params as ScreenProps['params']} />}
          </Route>
        ))}
      <Route>
        <NotFound />
      </Route>
    </Switch>
  )
}
