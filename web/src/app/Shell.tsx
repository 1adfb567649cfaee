import {
  Bell,
  Briefcase,
  ChartNoAxesColumn,
  CircleUserRound,
  ClipboardCheck,
  FileCheck2,
  FileUp,
  GraduationCap,
  ListChecks,
  type LucideIcon,
  Menu as MenuIcon,
  ScrollText,
  Users,
} from 'lucide-react'
import { lazy, type ReactNode, useEffect, useState } from 'react'
import { Link, useLocation } from 'wouter'
import { part } from '~/api/build'
import { type Role, useSession, worksOffline } from '~/api/session'
import { useUnread } from '~/features/account/unread'
import { Button } from '~/kit/Button'
import { count } from '~/kit/format'
import { useOnline } from '~/kit/online'
import { Part } from '~/kit/Part'
import { t } from '~/texts'
import { SignOutEntry } from './SignOutEntry'
import { useTop } from './useTop'

const Unsent = lazy(part(() => import('~/features/attendance/Unsent'), { keepsPage: true }))

interface Entry {
  to: string
  text: string
  icon: LucideIcon
}

const n = t.common.nav
const drives = { to: '/drives', text: n.drives, icon: Briefcase }
const finished = { to: '/finished', text: n.finished, icon: FileCheck2 }
const analytics = { to: '/analytics', text: n.analytics, icon: ChartNoAxesColumn }
const students = { to: '/students', text: n.students, icon: GraduationCap }

/** entries are the pages that a role has in its menu, most used first. */
const entries: Record<Role, Entry[]> = {
  STUDENT: [
    { to: '/open', text: n.student.open, icon: Briefcase },
    { to: '/mine', text: n.student.mine, icon: ClipboardCheck },
  ],
  STAFF: [drives, finished, students, analytics],
  COORDINATOR: [drives, students, finished, analytics, { to: '/jobs', text: n.jobs, icon: ListChecks }],
  HEAD: [
    drives,
    students,
    finished,
    analytics,
    { to: '/people', text: n.people, icon: Users },
    { to: '/import', text: n.imports, icon: FileUp },
    { to: '/jobs', text: n.jobs, icon: ListChecks },
    { to: '/audit', text: n.audit, icon: ScrollText },
  ],
}

export function Shell({ children }: { children: ReactNode }) {
  const { role, user } = useSession()
  const [path] = useLocation()
  const [isOpen, setOpen] = useState(false)
  const isOnline = useOnline()
  useTop(path)
  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever goes to another page wants to see it
  useEffect(() => setOpen(false), [path])
  return (
    <div className={role === 'STUDENT' ? 'shell student' : 'shell'}>
      <a className="skip" href="#content">
        {t.common.skipToContent}
      </a>
      <header className="top">
        <Button look="plain" icon aria-label={t.common.menu} aria-expanded={isOpen} onPress={() => setOpen(!isOpen)}>
          <MenuIcon size={20} aria-hidden="true" />
        </Button>
        <Link href="/" className="brand">
          <img src="/app/icon.svg" alt="" width="22" height="22" />
          {t.common.appName}
        </Link>
        <Bells />
      </header>
      <nav className={isOpen ? 'side open' : 'side'} aria-label={t.common.menu}>
        <Link href="/" className="brand">
          <img src="/app/icon.svg" alt="" width="22" height="22" />
          {t.common.appName}
        </Link>
        <ul className="stack entries">
          {entries[role].map((entry) => (
            <NavLink key={entry.to} {...entry} />
          ))}
        </ul>
        <ul className="stack entries foot">
          <NotificationsLink />
          <NavLink to="/account" text={user.name} icon={CircleUserRound} quiet={t.common.role[role]} />
          <li>
            <SignOutEntry />
          </li>
        </ul>
      </nav>
      {isOpen && <button type="button" className="veil" aria-label={t.common.close} onClick={() => setOpen(false)} />}
      <main id="content" tabIndex={-1}>
        {!isOnline && (
          <p className="banner warn offline" role="status">
            {t.common.offline}
          </p>
        )}
        {worksOffline(role) && (
          <Part>
            <Unsent />
          </Part>
        )}
        {children}
      </main>
    </div>
  )
}

function NavLink({ to, text, icon: Icon, quiet, badge }: Entry & { quiet?: string; badge?: number }) {
  const [path] = useLocation()
  const isHere = path === to || path.startsWith(`${to}/`)
  return (
    <li>
      <Link href={to} className="entry" {...(isHere ? { 'aria-current': 'page' as const } : {})}>
        <Icon size={17} aria-hidden="true" />
        <span className="entry-text">
          {text}
          {quiet && <span className="quiet">{quiet}</span>}
        </span>
        {!!badge && <span className="badge info num">{count(badge)}</span>}
      </Link>
    </li>
  )
}

function NotificationsLink() {
  return <NavLink to="/notifications" text={n.notifications} icon={Bell} badge={useUnread()} />
}

function Bells() {
  const unread = useUnread()
  return (
    <Link href="/notifications" className="bell" aria-label={`${n.notifications}, ${t.account.unread(unread)}`}>
      <Bell size={20} aria-hidden="true" />
      {unread > 0 && <span className="dot num">{unread > 9 ? '9+' : unread}</span>}
    </Link>
  )
}
