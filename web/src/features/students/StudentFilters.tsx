import { useQuery } from '@tanstack/react-query'
import { useSession } from '~/api/session'
import { FilterBar, LiveSearch, LiveText } from '~/kit/FilterBar'
import { Select } from '~/kit/Select'
import { sortOf } from '~/kit/sorts'
import { useUrlState } from '~/kit/urlState'
import { t } from '~/texts'
import { branchesQuery, type StudentQuery } from './queries'

type Get = (name: string) => string

const names = ['q', 'branch', 'batch_year', 'min_cgpa', 'standing'] as const
const standings = ['all', 'good', 'debarred', 'inactive'] as const

/** What the API takes as a CGPA and as a year. */
export const asCgpa = /^\d{1,2}(\.\d{1,4})?$/
export const asYear = /^(19|20|21)\d\d$/
export const asNumber = /^\d{1,4}$/

export function studentFilter(get: Get): StudentQuery {
  const standing = get('standing')
  return {
    ...(get('q') && { q: get('q') }),
    ...(get('branch') && { branch: get('branch') }),
    ...(get('batch_year') && { batch_year: Number(get('batch_year')) }),
    ...(get('min_cgpa') && { min_cgpa: get('min_cgpa') }),
    ...(standing === 'good' && { active: 'true' as const, debarred: 'false' as const }),
    ...(standing === 'debarred' && { debarred: 'true' as const }),
    ...(standing === 'inactive' && { active: 'false' as const }),
  }
}

export const isFiltered = (get: Get) => names.some((name) => get(name) !== '')

const sorts = ['roll_number', 'name', 'cgpa', 'branch', 'batch_year'] as const

export const sortIn = (get: Get) => sortOf(get('sort'), sorts, 'roll_number')

export function StudentFilters() {
  const { get, set } = useUrlState()
  const active = names.filter((name) => get(name) !== '').length
  return (
    <FilterBar
      active={active}
      onClear={() => set(Object.fromEntries(names.map((name) => [name, null])))}
      search={<LiveSearch label={t.students.search} value={get('q')} onChange={(q) => set({ q })} />}
    >
      <BranchOfAll />
      <LiveText
        label={t.students.filter.batch}
        value={get('batch_year')}
        onChange={(batch_year) => set({ batch_year })}
        fits={asYear}
        inputMode="numeric"
      />
      <LiveText
        label={t.students.filter.cgpaFrom}
        value={get('min_cgpa')}
        onChange={(min_cgpa) => set({ min_cgpa })}
        fits={asCgpa}
        inputMode="decimal"
      />
      <Select
        label={t.students.filter.standing}
        hideLabel
        value={get('standing') || 'all'}
        options={standings.map((id) => ({ id, text: t.students.filter.standings[id] }))}
        onChange={(id) => set({ standing: id === 'all' ? null : id })}
      />
    </FilterBar>
  )
}

/** Staff may not ask for the list of branches, so they type one. */
function BranchOfAll() {
  const { role } = useSession()
  const { get, set } = useUrlState()
  const mayAsk = role !== 'STAFF'
  const { data: branches } = useQuery({ ...branchesQuery, enabled: mayAsk })
  const onChange = (branch: string) => set({ branch })
  if (!mayAsk) return <LiveText label={t.students.filter.branch} value={get('branch')} onChange={onChange} />
  return <BranchSelect branches={branches ?? []} value={get('branch')} onChange={onChange} />
}

export function BranchSelect({
  branches,
  value,
  onChange,
}: {
  branches: readonly string[]
  value: string
  onChange: (branch: string) => void
}) {
  // What the address asks for is shown, also before the list has come.
  const known = value && !branches.includes(value) ? [value, ...branches] : branches
  return (
    <Select
      label={t.students.filter.branch}
      hideLabel
      value={value || 'all'}
      options={[{ id: 'all', text: t.students.filter.anyBranch }, ...known.map((id) => ({ id, text: id }))]}
      onChange={(id) => onChange(id === 'all' ? '' : id)}
    />
  )
}
