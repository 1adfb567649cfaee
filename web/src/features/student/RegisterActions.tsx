import { Check } from 'lucide-react'
import { lazy, useLayoutEffect, useRef, useState } from 'react'
import { part } from '~/api/build'
import type { DriveBody } from '~/api/schema'
import { Button } from '~/kit/Button'
import { Part } from '~/kit/Part'
import { t } from '~/texts'
import { useIsPast } from './Countdown'
import { useRegister } from './registering'

const loadWithdraw = part(() => import('./Withdraw'))
const Withdraw = lazy(loadWithdraw)

/** RegisterActions are the one click into a drive, and the way out again, which asks first. */
export function RegisterActions({ drive, isRegistered }: { drive: DriveBody; isRegistered: boolean }) {
  const [isAsking, ask] = useState(false)
  const box = useRef<HTMLDivElement>(null)
  const registering = useRegister(drive)
  const isClosed = useIsPast(drive.registration_deadline)
  const keepFocus = useFocusKept(box, isRegistered)
  const { company_name: company } = drive
  return (
    <div ref={box} className="register">
      {isRegistered ? (
        <>
          <Button
            look="plain"
            aria-label={t.student.withdrawFrom(company)}
            onHoverStart={loadWithdraw}
            onPress={() => ask(true)}
          >
            {t.student.withdraw}
          </Button>
          <span className="registered">
            <Check size={16} aria-hidden="true" />
            {t.student.registered}
          </span>
        </>
      ) : (
        <Button
          look="primary"
          aria-label={t.student.registerFor(company)}
          isDisabled={isClosed}
          isPending={registering.isPending}
          onPress={() => {
            keepFocus()
            registering.mutate()
          }}
        >
          {isClosed ? t.student.closed : t.student.register}
        </Button>
      )}
      {isAsking && (
        <Part>
          <Withdraw
            drive={drive}
            onDone={() => {
              keepFocus()
              ask(false)
            }}
            onClose={() => ask(false)}
          />
        </Part>
      )}
    </div>
  )
}

/** useFocusKept moves the focus to the button that comes in place of the one that was pressed, for who has no pointer. */
function useFocusKept(box: React.RefObject<HTMLDivElement | null>, isRegistered: boolean) {
  const wanted = useRef(false)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the buttons change with it
  useLayoutEffect(() => {
    if (wanted.current) box.current?.querySelector('button')?.focus({ preventScroll: true })
    wanted.current = false
  }, [isRegistered, box])
  return () => {
    wanted.current = true
  }
}
