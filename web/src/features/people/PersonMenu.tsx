import { Ellipsis } from 'lucide-react'
import { type KeyboardEvent, type RefObject, useMemo, useRef, useState } from 'react'
import type { UserBody } from '~/api/schema'
import { MenuAt } from '~/kit/Menu'
import { t } from '~/texts'
import type { Doing } from './People'

/** usePersonMenu is one menu for all rows of a list: the buttons in them are plain, as a list draws many. */
export function usePersonMenu(onDo: (doing: Doing) => void) {
  const [person, open] = useState<UserBody | null>(null)
  const button = useRef<HTMLButtonElement>(null)
  const MenuButton = useMemo(() => {
    const openAt = (element: HTMLButtonElement, of: UserBody) => {
      button.current = element
      open(of)
    }
    return ({ person }: { person: UserBody }) => <OneButton person={person} onOpen={openAt} />
  }, [])
  const menu = <PersonMenu person={person} button={button} onDo={onDo} onClose={() => open(null)} />
  return { MenuButton, menu }
}

function OneButton({
  person,
  onOpen,
}: {
  person: UserBody
  onOpen: (button: HTMLButtonElement, person: UserBody) => void
}) {
  const press = (event: KeyboardEvent<HTMLButtonElement>) => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
    event.preventDefault()
    onOpen(event.currentTarget, person)
  }
  return (
    <button
      type="button"
      className="button plain icon"
      aria-label={t.people.actionsFor(person.name)}
      aria-haspopup="menu"
      onClick={(event) => onOpen(event.currentTarget, person)}
      onKeyDown={press}
    >
      <Ellipsis size={16} aria-hidden="true" />
    </button>
  )
}

function PersonMenu({
  person,
  button,
  onDo,
  onClose,
}: {
  person: UserBody | null
  button: RefObject<HTMLButtonElement | null>
  onDo: (doing: Doing) => void
  onClose: () => void
}) {
  if (!person) return null
  return (
    <MenuAt
      label={t.people.actionsFor(person.name)}
      button={button}
      onClose={onClose}
      actions={[
        { id: 'edit', text: t.people.editAction, onAction: () => onDo({ what: 'edit', person }) },
        { id: 'code', text: t.people.newCode, onAction: () => onDo({ what: 'code', person }) },
        person.active
          ? {
              id: 'deactivate',
              text: t.people.deactivate,
              danger: true,
              onAction: () => onDo({ what: 'deactivate', person }),
            }
          : { id: 'activate', text: t.people.activate, onAction: () => onDo({ what: 'activate', person }) },
      ]}
    />
  )
}
