import type { FormEvent } from 'react'
import { useState } from 'react'
import { Form } from 'react-aria-components/Form'
import { fieldsOf } from '~/api/problem'
import type { UserBody } from '~/api/schema'
import { Button } from '~/kit/Button'
import { Dialog } from '~/kit/Dialog'
import { Select } from '~/kit/Select'
import { TextField } from '~/kit/TextField'
import { tell } from '~/kit/toasts'
import { t } from '~/texts'
import { faultOf, usePatchPerson } from './PersonDialogs'

const officeRoles = ['STAFF', 'COORDINATOR', 'HEAD'] as const

export function EditPerson({ person, onClose }: { person: UserBody; onClose: () => void }) {
  const patch = usePatchPerson(person.user_id)
  const [role, setRole] = useState<UserBody['role']>(person.role)
  const faults = fieldsOf(patch.error)
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const fields = new FormData(event.currentTarget)
    const text = (name: string) => String(fields.get(name) ?? '').trim()
    patch.mutate(
      {
        name: text('name'),
        department: text('department') || null,
        phone: text('phone') || null,
        // Only what differs: another role signs the person out.
        ...(role === person.role ? {} : { role }),
      },
      {
        onSuccess: ({ name }) => {
          tell(t.people.saved(name))
          onClose()
        },
      },
    )
  }
  return (
    <Dialog title={t.people.edit(person.name)} isOpen onClose={onClose}>
      <Form onSubmit={submit} className="form" validationErrors={faults}>
        {patch.error && Object.keys(faults).length === 0 && (
          <p className="banner bad" role="alert">
            {faultOf(patch.error)}
          </p>
        )}
        <p className="quiet">{person.email}</p>
        <TextField label={t.people.name} name="name" defaultValue={person.name} isRequired maxLength={200} />
        {person.role === 'STUDENT' ? null : (
          <Select
            label={t.people.role}
            hint={t.people.roleHint}
            value={role}
            options={officeRoles.map((id) => ({ id, text: t.common.role[id] }))}
            onChange={(id) => setRole(id as UserBody['role'])}
          />
        )}
        <TextField
          label={t.people.department}
          name="department"
          defaultValue={person.department ?? ''}
          maxLength={200}
        />
        <TextField label={t.people.phone} name="phone" type="tel" defaultValue={person.phone ?? ''} maxLength={40} />
        <div className="actions">
          <Button onPress={onClose}>{t.common.cancel}</Button>
          <Button type="submit" look="primary" isPending={patch.isPending}>
            {t.common.save}
          </Button>
        </div>
      </Form>
    </Dialog>
  )
}
