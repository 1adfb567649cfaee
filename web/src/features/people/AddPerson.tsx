import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { Form } from 'react-aria-components/Form'
import { api, data } from '~/api/client'
import { fieldsOf, messageOf } from '~/api/problem'
import type { CreateUserInputBody } from '~/api/schema'
import type { Role } from '~/api/session'
import { Button } from '~/kit/Button'
import { Dialog } from '~/kit/Dialog'
import { Select } from '~/kit/Select'
import { TextField } from '~/kit/TextField'
import { tell } from '~/kit/toasts'
import { t } from '~/texts'
import type { NewCode } from './CodeDialog'
import { newPerson } from './newPerson'
import { StudentFields } from './StudentFields'

type Props = { onClose: () => void; onCode: (code: NewCode) => void }

export function AddPerson({ isOpen, ...props }: Props & { isOpen: boolean }) {
  return (
    <Dialog title={t.people.add} isOpen={isOpen} onClose={props.onClose}>
      <AddForm {...props} />
    </Dialog>
  )
}

const roles = ['STAFF', 'COORDINATOR', 'HEAD', 'STUDENT'] as const

function AddForm({ onClose, onCode }: Props) {
  const [role, setRole] = useState<Role>('STAFF')
  const queries = useQueryClient()
  const adding = useMutation({
    mutationFn: (body: CreateUserInputBody) => data(api.POST('/users', { body })),
    onSuccess: ({ name, email, one_time_code }, body) => {
      queries.invalidateQueries({ queryKey: ['users'] })
      tell(t.people.created(name))
      onClose()
      if (one_time_code) onCode({ name, email, code: one_time_code, roll_number: body.roll_number ?? undefined })
    },
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    adding.mutate(newPerson(role, new FormData(event.currentTarget)))
  }
  const faults = fieldsOf(adding.error)
  return (
    <Form onSubmit={submit} className="form" validationErrors={faults}>
      {adding.error && Object.keys(faults).length === 0 && (
        <p className="banner bad" role="alert">
          {messageOf(adding.error)}
        </p>
      )}
      <Select
        label={t.people.role}
        hint={role === 'STUDENT' ? t.people.manyStudents : undefined}
        value={role}
        options={roles.map((id) => ({ id, text: t.common.role[id] }))}
        onChange={(id) => setRole(id as Role)}
      />
      <TextField label={t.people.name} name="name" isRequired maxLength={200} autoComplete="off" />
      <TextField
        label={t.people.email}
        hint={t.people.emailHint}
        name="email"
        type="email"
        isRequired
        maxLength={254}
        autoComplete="off"
      />
      {role === 'STUDENT' && <StudentFields />}
      <div className="person-contact">
        <TextField label={t.people.department} name="department" maxLength={200} />
        <TextField label={t.people.phone} name="phone" type="tel" maxLength={40} autoComplete="off" />
      </div>
      <div className="actions">
        <Button onPress={onClose}>{t.common.cancel}</Button>
        <Button type="submit" look="primary" isPending={adding.isPending}>
          {t.people.create}
        </Button>
      </div>
    </Form>
  )
}
