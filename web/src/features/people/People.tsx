import { useQuery } from '@tanstack/react-query'
import { UserPlus } from 'lucide-react'
import { type ComponentType, memo, useMemo, useState } from 'react'
import { useRows } from '~/api/rows'
import type { UserBody } from '~/api/schema'
import type { Role } from '~/api/session'
import { Badge } from '~/kit/Badge'
import { Button } from '~/kit/Button'
import { DataTable, type TableColumn } from '~/kit/DataTable'
import { FilterBar, LiveSearch } from '~/kit/FilterBar'
import { count, useFormats } from '~/kit/format'
import { useNarrow } from '~/kit/narrow'
import { Page } from '~/kit/Page'
import { Select } from '~/kit/Select'
import { Failed, Skeleton } from '~/kit/States'
import { useSteady } from '~/kit/steady'
import { useUrlState } from '~/kit/urlState'
import { t } from '~/texts'
import { AddPerson } from './AddPerson'
import { CodeDialog } from './CodeDialog'
import { holdCode, newCodeQuery } from './newCode'
import { type PersonAction, PersonDialogs } from './PersonDialogs'
import { usePersonMenu } from './PersonMenu'
import { listUsers, type UserFilter } from './queries'
import './people.css'

export type Doing = { what: PersonAction; person: UserBody } | null

export default function People() {
  const [adding, setAdding] = useState(false)
  const [doing, setDoing] = useState<Doing>(null)
  const { data: code = null } = useQuery(newCodeQuery)
  return (
    <Page
      title={t.people.title}
      lead={t.people.lead}
      actions={
        <Button look="primary" onPress={() => setAdding(true)}>
          <UserPlus size={16} aria-hidden="true" />
          {t.people.add}
        </Button>
      }
    >
      <Filters />
      <List onDo={setDoing} />
      <AddPerson isOpen={adding} onClose={() => setAdding(false)} onCode={holdCode} />
      <PersonDialogs doing={doing} onClose={() => setDoing(null)} onCode={holdCode} />
      <CodeDialog code={code} onClose={() => holdCode(null)} />
    </Page>
  )
}

const roles = ['STUDENT', 'STAFF', 'COORDINATOR', 'HEAD'] as const
const filters = ['q', 'role', 'active'] as const
const noFilters = { q: null, role: null, active: null }

function Filters() {
  const { get, set } = useUrlState()
  return (
    <FilterBar
      active={filters.filter((name) => get(name) !== '').length}
      onClear={() => set(noFilters)}
      search={<LiveSearch label={t.people.search} value={get('q')} onChange={(q) => set({ q })} />}
    >
      <Select
        label={t.people.role}
        hideLabel
        value={get('role')}
        options={[
          { id: '', text: t.people.allRoles },
          ...roles.map((role) => ({ id: role, text: t.common.role[role] })),
        ]}
        onChange={(role) => set({ role })}
      />
      <Select
        label={t.people.state}
        hideLabel
        value={get('active')}
        options={(['', 'true', 'false'] as const).map((id) => ({ id, text: t.people.states[id] }))}
        onChange={(active) => set({ active })}
      />
    </FilterBar>
  )
}

function List({ onDo }: { onDo: (doing: Doing) => void }) {
  const { get, set } = useUrlState()
  return (
    <Found
      q={get('q')}
      role={roles.find((role) => role === get('role'))}
      active={(['true', 'false'] as const).find((active) => active === get('active'))}
      onDo={onDo}
      onClear={useSteady(() => set(noFilters))}
    />
  )
}

/** Found stays as it is while somebody types. */
const Found = memo(function Found({
  q,
  role,
  active,
  onDo,
  onClear,
}: UserFilter & { onDo: (doing: Doing) => void; onClear: () => void }) {
  const filter = useMemo(() => ({ ...(q ? { q } : {}), role, active }), [q, role, active])
  const list = useRows<UserBody>(['users', 'list', filter], (asked) => listUsers(filter, asked))
  const { MenuButton, menu } = usePersonMenu(onDo)
  const columns = useColumns(MenuButton)
  if (list.error) return <Failed error={list.error} onRetry={() => list.refetch()} />
  if (list.table.isLoading) return <Skeleton lines={10} height="2.25rem" />
  return (
    <div className="stack tight">
      <p className="quiet num" aria-live="polite">
        {t.people.count(count(list.total))}
      </p>
      <DataTable
        label={t.people.title}
        columns={columns}
        rowId={(person) => person.user_id}
        rowText={(person) => person.name}
        narrowLine={({ role, email }) => `${t.common.role[role as Role]} · ${email}`}
        onOpen={(person) => onDo({ what: 'edit', person })}
        view={JSON.stringify(filter)}
        empty={
          <div className="stack people-none">
            <p>{t.people.none}</p>
            <Button onPress={onClear}>{t.people.clear}</Button>
          </div>
        }
        {...list.table}
      />
      {menu}
    </div>
  )
})

function useColumns(MenuButton: ComponentType<{ person: UserBody }>): TableColumn<UserBody>[] {
  const { date } = useFormats()
  const isNarrow = useNarrow()
  return useMemo(() => {
    const words = t.people.columns
    const menu: TableColumn<UserBody> = {
      id: 'menu',
      title: words.menu,
      width: 80,
      minWidth: 80,
      cell: (p) => <MenuButton person={p} />,
    }
    const role = { id: 'role', title: words.role, minWidth: 110, cell: (p: UserBody) => t.common.role[p.role as Role] }
    if (isNarrow) return [{ id: 'name', title: words.name, width: '2fr', cell: (p) => <Name person={p} /> }, menu]
    return [
      { id: 'name', title: words.name, minWidth: 170, width: '2fr', cell: (p) => p.name },
      { id: 'email', title: words.email, minWidth: 220, width: '2fr', cell: (p) => p.email },
      { ...role, minWidth: 150 },
      { id: 'department', title: words.department, minWidth: 110, cell: (p) => p.department ?? t.common.none },
      { id: 'state', title: words.state, minWidth: 165, cell: (p) => <State person={p} /> },
      { id: 'since', title: words.since, width: 120, minWidth: 120, cell: (p) => date(p.created_at) },
      menu,
    ]
  }, [date, isNarrow, MenuButton])
}

/** Name says on a phone, where only the name has a column, who cannot sign in. */
function Name({ person }: { person: UserBody }) {
  return (
    <span className="person-name">
      <span className="person-words">{person.name}</span>
      {!person.active && <Badge tone="bad">{t.people.inactive}</Badge>}
    </span>
  )
}

function State({ person }: { person: UserBody }) {
  if (!person.active) return <Badge tone="bad">{t.people.inactive}</Badge>
  if (person.must_change_password) return <Badge tone="warn">{t.people.waiting}</Badge>
  return <Badge tone="good">{t.people.active}</Badge>
}
