import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, data } from '~/api/client'
import { ApiError, messageOf } from '~/api/problem'
import type { PatchUserBody, UserBody } from '~/api/schema'
import { Confirm } from '~/kit/Dialog'
import { tell } from '~/kit/toasts'
import { t } from '~/texts'
import type { NewCode } from './CodeDialog'
import { EditPerson } from './EditPerson'
import type { Doing } from './People'

export type PersonAction = 'edit' | 'code' | 'deactivate' | 'activate'

/** usePatchPerson changes somebody; the list is read anew, and so is the own session. */
export function usePatchPerson(id: number) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (body: PatchUserBody) => data(api.PATCH('/users/{id}', { params: { path: { id } }, body })),
    onSuccess: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ['users'] }),
        queries.invalidateQueries({ queryKey: ['session'] }),
      ]),
  })
}

/** faultOf explains the one refusal that a head meets here and that needs more words: there must be a head. */
export function faultOf(error: unknown): string | null {
  if (!error) return null
  return error instanceof ApiError && error.status === 409 && /head/i.test(error.message)
    ? t.people.lastHead
    : messageOf(error)
}

export function PersonDialogs(props: { doing: Doing; onClose: () => void; onCode: (code: NewCode) => void }) {
  const { doing, onClose } = props
  if (!doing) return null
  if (doing.what === 'edit') return <EditPerson key={doing.person.user_id} person={doing.person} onClose={onClose} />
  return <Ask key={`${doing.what} ${doing.person.user_id}`} {...props} what={doing.what} person={doing.person} />
}

const bodies = {
  code: { new_code: true },
  deactivate: { active: false },
  activate: { active: true },
} as const

/** Ask confirms one of the steps that change what somebody can do, and does it. */
function Ask({
  what,
  person,
  onClose,
  onCode,
}: {
  what: Exclude<PersonAction, 'edit'>
  person: UserBody
  onClose: () => void
  onCode: (code: NewCode) => void
}) {
  const patch = usePatchPerson(person.user_id)
  // Their words stay while the dialog goes, though the person in the list has changed by then.
  const [{ name, email }] = useState(person)
  const words = {
    code: { title: t.people.codeTitle(name), text: t.people.codeText(name), action: t.people.codeDo, done: '' },
    deactivate: {
      title: t.people.deactivateTitle(name),
      text: t.people.deactivateText(name, email),
      action: t.people.deactivateDo,
      done: t.people.deactivated(name),
    },
    activate: {
      title: t.people.activateTitle(name),
      text: t.people.activateText(name, email),
      action: t.people.activateDo,
      done: t.people.activated(name),
    },
  }[what]
  const confirm = () =>
    patch.mutate(bodies[what], {
      onSuccess: ({ one_time_code }) => {
        if (one_time_code) onCode({ name, email, code: one_time_code })
        if (words.done) tell(words.done)
        onClose()
      },
    })
  return (
    <Confirm
      title={words.title}
      action={words.action}
      danger={what !== 'activate'}
      isOpen
      isPending={patch.isPending}
      error={faultOf(patch.error)}
      onConfirm={confirm}
      onClose={onClose}
    >
      <p>{words.text}</p>
    </Confirm>
  )
}
