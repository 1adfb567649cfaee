import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { Form } from 'react-aria-components/Form'
import { api, data } from '~/api/client'
import { fieldsOf, messageOf } from '~/api/problem'
import type { MeBody } from '~/api/schema'
import { sessionQuery } from '~/api/session'
import { setTheme, storedTheme, type Theme } from '~/app/theme'
import { Button } from '~/kit/Button'
import { Page } from '~/kit/Page'
import { Select } from '~/kit/Select'
import { Loaded, Skeleton } from '~/kit/States'
import { TextField } from '~/kit/TextField'
import { tell } from '~/kit/toasts'
import { t } from '~/texts'
import { meQuery } from './me'
import { PasswordForm } from './PasswordForm'

export default function Account() {
  const me = useQuery(meQuery)
  return (
    <Page title={t.account.title}>
      <Loaded query={me} skeleton={<Skeleton lines={2} height="16rem" />}>
        {(person) => (
          <>
            <Profile person={person} />
            <section className="card stack">
              <h2>{t.account.changePassword}</h2>
              <PasswordForm />
            </section>
            <ThemeChoice />
          </>
        )}
      </Loaded>
    </Page>
  )
}

const studentFacts = [
  'roll_number',
  'branch',
  'batch_year',
  'cgpa',
  'tenth_percent',
  'twelfth_percent',
  'diploma_percent',
  'active_backlogs',
  'cleared_backlogs',
  'gap_years',
  'gender',
] as const

function Profile({ person }: { person: MeBody }) {
  const queries = useQueryClient()
  const isStudent = person.role === 'STUDENT'
  const saving = useMutation({
    mutationFn: (body: { phone: string | null; name?: string }) => data(api.PATCH('/me', { body })),
    onSuccess: () => {
      tell(t.account.profileSaved)
      queries.invalidateQueries({ queryKey: meQuery.queryKey })
      queries.invalidateQueries({ queryKey: sessionQuery.queryKey })
    },
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const fields = new FormData(event.currentTarget)
    const phone = String(fields.get('phone')).trim() || null
    saving.mutate(isStudent ? { phone } : { phone, name: String(fields.get('name')) })
  }
  const facts = isStudent ? studentFacts : (['department'] as const)
  const faults = fieldsOf(saving.error)
  return (
    <section className="card stack">
      <div className="row between">
        <h2>{person.name}</h2>
        <span className="quiet">{person.email}</span>
      </div>
      <dl className="facts">
        {facts.map((fact) => (
          <div key={fact}>
            <dt>{t.account.fields[fact]}</dt>
            <dd className="num">{factOf(person, fact) ?? t.common.none}</dd>
          </div>
        ))}
      </dl>
      {isStudent && <p className="quiet">{t.account.marksByOffice}</p>}
      <Form onSubmit={submit} className="form" validationErrors={faults}>
        {saving.error && Object.keys(faults).length === 0 && (
          <p className="banner bad" role="alert">
            {messageOf(saving.error)}
          </p>
        )}
        {!isStudent && (
          <TextField label={t.account.name} name="name" defaultValue={person.name} isRequired maxLength={200} />
        )}
        <TextField
          label={t.account.phone}
          hint={isStudent ? t.account.phoneHelp : undefined}
          name="phone"
          type="tel"
          autoComplete="tel"
          defaultValue={person.phone ?? ''}
        />
        <div className="actions start">
          <Button type="submit" look="primary" isPending={saving.isPending}>
            {t.common.save}
          </Button>
        </div>
      </Form>
    </section>
  )
}

function factOf(person: MeBody, fact: (typeof studentFacts)[number] | 'department') {
  if (fact === 'gender' && person.gender) return t.common.gender[person.gender as 'M'] ?? person.gender
  return person[fact]
}

function ThemeChoice() {
  const [theme, choose] = useState(storedTheme)
  return (
    <section className="card">
      <Select
        label={t.common.lightDark}
        value={theme}
        options={(['auto', 'light', 'dark'] as const).map((id) => ({ id, text: t.common.theme[id] }))}
        onChange={(id) => {
          setTheme(id as Theme)
          choose(id as Theme)
        }}
      />
    </section>
  )
}
