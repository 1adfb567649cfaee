import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useDebounced } from '~/kit/debounced'
import { Lookup } from '~/kit/Lookup'
import { Select } from '~/kit/Select'
import { TextField } from '~/kit/TextField'
import { useUrlState } from '~/kit/urlState'
import { t } from '~/texts'
import { drivesFoundQuery, peopleFoundQuery } from './queries'
import { entities } from './useAuditFilter'

export function Filters() {
  const { get, set } = useUrlState()
  const operation = get('operation')
  const known = Object.entries(t.audit.operations).map(([id, text]) => ({ id, text }))
  return (
    <search className="filters audit-filters" aria-label={t.audit.filters}>
      <Find name="drive" label={t.audit.drive} placeholder={t.audit.driveHint} query={drivesFoundQuery} />
      <Find name="actor" label={t.audit.actor} placeholder={t.audit.personHint} query={peopleFoundQuery} />
      <Find name="user" label={t.audit.user} placeholder={t.audit.personHint} query={peopleFoundQuery} />
      <Select
        label={t.audit.entity}
        value={get('entity')}
        options={[{ id: '', text: t.audit.any }, ...entities.map((id) => ({ id, text: t.audit.entities[id] }))]}
        onChange={(entity) => set({ entity })}
      />
      <Select
        label={t.audit.operation}
        value={operation}
        options={[
          { id: '', text: t.audit.any },
          ...known,
          // One that came with a link.
          ...(operation && !t.audit.operations[operation] ? [{ id: operation, text: operation }] : []),
        ]}
        onChange={(operation) => set({ operation })}
      />
      <TextField label={t.audit.from} type="date" value={get('from')} onChange={(from) => set({ from })} />
      <TextField label={t.audit.to} type="date" value={get('to')} onChange={(to) => set({ to })} />
    </search>
  )
}

/** Find is a Lookup whose choice stands in the address: the id, and the name to show for it. */
function Find({
  name,
  label,
  placeholder,
  query,
}: {
  name: 'drive' | 'actor' | 'user'
  label: string
  placeholder: string
  query: typeof peopleFoundQuery
}) {
  const { get, set } = useUrlState()
  const [text, setText] = useState('')
  const chosen = get(name) && (get(`${name}_name`) || get(name))
  // What stands there because it was chosen is no search.
  const q = useDebounced(text === chosen ? '' : text.trim())
  const { data: options } = useQuery(query(q))
  return (
    <Lookup
      label={label}
      placeholder={placeholder}
      chosen={chosen}
      options={options ?? []}
      onSearch={setText}
      onChoose={(option) => set({ [name]: option?.id ?? null, [`${name}_name`]: option?.text ?? null })}
    />
  )
}
