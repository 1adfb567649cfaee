import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link, useLocation } from 'wouter'
import type { DriveBody } from '~/api/schema'
import { type Role, useSession } from '~/api/session'
import { DriveStatus } from '~/kit/Badge'
import { Page } from '~/kit/Page'
import { Loaded, Skeleton } from '~/kit/States'
import { t } from '~/texts'
import { driveQuery } from './queries'

interface Tab {
  path: string
  text: string
  roles: readonly Role[]
  states: readonly DriveBody['status'][]
}

const all = ['pending', 'posted', 'attending', 'finished', 'cancelled'] as const
const office = ['STAFF', 'COORDINATOR', 'HEAD'] as const
const coordinators = ['COORDINATOR', 'HEAD'] as const

const tabs: Tab[] = [
  { path: '', text: t.drives.tabs.overview, roles: office, states: all },
  { path: '/students', text: t.drives.tabs.students, roles: coordinators, states: all },
  { path: '/registrations', text: t.drives.tabs.registrations, roles: office, states: all.slice(1) },
  { path: '/attendance', text: t.drives.tabs.attendance, roles: coordinators, states: ['attending', 'finished'] },
]

/** DriveFrame is what all pages of one drive have in common: who, in what state, and the way to the other pages. */
export function DriveFrame({
  id,
  actions,
  children,
}: {
  id: number
  actions?: (drive: DriveBody) => ReactNode
  children: (drive: DriveBody) => ReactNode
}) {
  const query = useQuery(driveQuery(id))
  return (
    <Loaded query={query} skeleton={<Outline />}>
      {(drive) => (
        <Page
          title={drive.company_name}
          lead={drive.job_title}
          badge={<DriveStatus status={drive.status} />}
          actions={actions?.(drive)}
        >
          <DriveTabs drive={drive} />
          {children(drive)}
        </Page>
      )}
    </Loaded>
  )
}

/** Outline has the place of the name, the tabs and the first card. */
function Outline() {
  return (
    <div className="page stack">
      <div className="drive-outline">
        <Skeleton lines={1} height="2.75rem" />
      </div>
      <Skeleton lines={1} height="2rem" />
      <Skeleton lines={1} height="13rem" />
    </div>
  )
}

/** On a phone the tabs are wider than the screen. */
const intoSight = (tab: HTMLElement | null) => tab?.scrollIntoView({ block: 'nearest', inline: 'nearest' })

function DriveTabs({ drive }: { drive: DriveBody }) {
  const { role } = useSession()
  const [path] = useLocation()
  const root = `/drives/${drive.drive_id}`
  return (
    <nav className="tabs-list" aria-label={t.drives.tabs.label}>
      {tabs
        .filter(({ roles, states }) => roles.includes(role) && states.includes(drive.status))
        .map((tab) => (
          <Link
            key={tab.path}
            href={root + tab.path}
            className="tab"
            {...(path === root + tab.path ? { 'aria-current': 'page' as const, ref: intoSight } : {})}
          >
            {tab.text}
          </Link>
        ))}
    </nav>
  )
}
