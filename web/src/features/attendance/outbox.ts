import { api, data } from '~/api/client'
import { change, keysBeginning, read, removeIf, unsent } from '~/api/kept'
import { ApiError, messageOf } from '~/api/problem'
import { queryClient, sessionQuery } from '~/api/session'
import { t } from '~/texts'
import { alone } from './alone'
import { keepMarks, withMarks } from './keptDay'
import { type Attendee, type Change, nextBatch, type QueuedMark, type Status } from './marks'

export interface Refused {
  mark: QueuedMark
  why: string
}

/** What stands in the browser's storage: it outlives the page, and the tabs share it. */
interface Stored {
  queue: QueuedMark[]
  refused: Refused[]
}

export interface Note {
  id: string
  text: string
}

export interface OutboxState extends Stored {
  isSending: boolean
  /** Why nothing goes out at the moment; it is tried again by itself. */
  trouble: string | null
  /** What other people did to the same marks. */
  notes: Note[]
  /** What can be undone, the last one last. */
  steps: Step[]
}

export interface Step {
  text: string
  changes: Change[]
}

/** The first request is small, so that it gets through a poor network; while they get through they grow. */
const smallest = 50
const largest = 1_000
const patience = 15_000
const shortest = 2_000
const longest = 30_000
const nothing: Stored = { queue: [], refused: [] }

/** Outbox takes the marks of one person for one drive, keeps them, and sends them in order until the server has them. */
class Outbox {
  private state: OutboxState = { ...nothing, isSending: false, trouble: null, notes: [], steps: [] }
  private readonly listeners = new Set<() => void>()
  private readonly key: string
  private readonly tabs: BroadcastChannel
  /** Marks on their way into the storage. */
  private writing: QueuedMark[] = []
  /** The marks that the server took from this browser, and when: what it says later is somebody else's doing. */
  private readonly taken = new Map<number, { name: string; status: Status | null; at: number }>()
  private batchSize = smallest
  private failures = 0
  private notBefore = 0
  private timer: ReturnType<typeof setTimeout> | undefined
  private isRunning = false
  private isWanted = false

  constructor(
    private readonly userId: number,
    private readonly driveId: number,
  ) {
    this.key = `${unsent}${userId}:${driveId}`
    this.tabs = new BroadcastChannel(`placeops-${this.key}`)
    this.tabs.onmessage = ({ data: sent }: MessageEvent<QueuedMark[]>) => {
      this.remember(sent)
      this.load()
    }
    this.load().then(() => this.send())
  }

  readonly subscribe = (listener: () => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  readonly snapshot = () => this.state

  private set(change: Partial<OutboxState>) {
    this.state = { ...this.state, ...change }
    for (const listener of this.listeners) listener()
  }

  private async load(): Promise<Stored> {
    const stored = (await read<Stored>(this.key)) ?? nothing
    const there = new Set(stored.queue.map(({ id }) => id))
    const queue = [...stored.queue, ...this.writing.filter(({ id }) => !there.has(id))]
    // What is the same stays the same array: the page does not put thousands of marks into its list again.
    this.set({ ...stored, queue: isSame(queue, this.state.queue) ? this.state.queue : queue })
    return stored
  }

  /** mark changes marks; `text` says what was done, for who wants to undo it. */
  mark(changes: readonly Change[], text: string) {
    const steps = changes.map(({ student, status }) => ({ student, status }))
    if (steps.length > 0) this.set({ steps: [...this.state.steps.slice(-49), { text, changes: steps }] })
    this.add(changes)
  }

  /** undo takes back the last step, but not where a mark has changed again since. Returns what it did. */
  undo(rows: readonly Attendee[]): Step | null {
    const step = this.state.steps.at(-1)
    if (!step) return null
    this.set({ steps: this.state.steps.slice(0, -1) })
    const now = new Map(rows.map((row) => [row.student_id, row]))
    const changes = step.changes.flatMap(({ student, status }) => {
      const row = now.get(student.student_id)
      return row && row.status === status ? [{ student: row, status: student.status }] : []
    })
    this.add(changes)
    return { text: step.text, changes }
  }

  private async add(changes: readonly Change[]) {
    const marks = changes.map(({ student, status }) => {
      const { student_id, roll_number, name } = student
      return { id: newId(), student_id, roll_number, name, status, before: student.status, at: Date.now() }
    })
    if (marks.length === 0) return
    this.writing = [...this.writing, ...marks]
    this.set({ queue: [...this.state.queue, ...marks] })
    await change<Stored>(this.key, (old = nothing) => ({ ...old, queue: [...old.queue, ...marks] }))
    this.writing = this.writing.filter((mark) => !marks.includes(mark))
    this.tabs.postMessage([])
    this.send()
  }

  /** send empties the queue, one tab at a time; what does not get through is tried again later and later. */
  async send() {
    this.isWanted = true
    if (this.isRunning) return
    this.isRunning = true
    clearTimeout(this.timer)
    this.timer = undefined
    try {
      while (this.isWanted) {
        this.isWanted = false
        while (await alone(this.key, () => this.sendNext()));
      }
      this.failures = 0
      this.batchSize = smallest
      this.set({ trouble: null })
    } catch (error) {
      this.batchSize = smallest
      this.later(error)
    } finally {
      this.isRunning = false
      this.set({ isSending: false })
    }
  }

  private later(error: unknown) {
    if (error instanceof ApiError) {
      this.set({ trouble: error.isOffline ? t.attendance.noNetwork : messageOf(error) })
      if (error.status === 401) return // signing in again goes on
    }
    if (error instanceof SomebodyElse) {
      this.set({ trouble: error.message })
      return
    }
    const pause = Math.min(longest, 1_000 * 2 ** this.failures++)
    const asked = error instanceof ApiError ? (error.retryAfter ?? 0) * 1_000 : 0
    this.notBefore = Date.now() + Math.max(asked, shortest)
    this.timer = setTimeout(() => this.send(), Math.max(pause, asked))
  }

  /** again tries at once: the network is back, or somebody has signed in. */
  again() {
    this.failures = 0
    if (this.state.queue.length > 0) this.send()
  }

  /** nudge does not wait for the time of the next try: the server has just answered something else. */
  nudge() {
    if (this.timer !== undefined && Date.now() > this.notBefore) this.send()
  }

  /** rest sends nothing until it is called again: nobody is signed in. */
  rest() {
    clearTimeout(this.timer)
    this.timer = undefined
  }

  /** sendNext sends one batch; false when there is nothing left. */
  private async sendNext(): Promise<boolean> {
    const batch = nextBatch((await this.load()).queue, this.batchSize)
    if (batch.length === 0) return false
    this.set({ isSending: true })
    await this.checkPerson()
    const notes = await this.othersDoings(batch)
    try {
      await post(this.driveId, batch)
    } catch (error) {
      await this.refuse(batch, error)
      return true
    }
    if (notes.length > 0) this.set({ notes: [...this.state.notes, ...notes] })
    this.batchSize = Math.min(largest, 2 * this.batchSize)
    await this.remember(batch)
    await this.drop(batch)
    return true
  }

  /** Marks are made in a person's name: nobody else's sign-in may carry them. */
  private async checkPerson() {
    const me = await data(api.GET('/me', { signal: AbortSignal.timeout(patience) }))
    if (me.user_id === this.userId) return
    queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey })
    throw new SomebodyElse(t.attendance.somebodyElse)
  }

  /** Marks that waited long may meet marks that others made meanwhile. The later one counts, and its maker should know. */
  private async othersDoings(batch: readonly QueuedMark[]): Promise<Note[]> {
    if (!batch.some(({ at }) => Date.now() - at > 10_000)) return []
    const now = new Map((await listed(this.driveId)).map((row) => [row.student_id, row.status]))
    return batch.flatMap((mark) => {
      const theirs = now.get(mark.student_id)
      if (theirs === undefined || theirs === mark.before || theirs === mark.status) return []
      if (this.taken.get(mark.student_id)?.status === theirs) return []
      return [note(t.attendance.replaced(whom(mark), named(theirs), named(mark.status)))]
    })
  }

  /** refuse puts aside what the server does not take, with its reason; the rest goes on. What may pass by itself is thrown. */
  private async refuse(batch: readonly QueuedMark[], error: unknown) {
    if (!(error instanceof ApiError) || !refusals.has(error.status)) throw error
    const faults = batch.flatMap((mark, line) => {
      const field = Object.keys(error.fields).find((name) => name.startsWith(`marks[${line}].`))
      return field ? [{ mark, why: error.fields[field] ?? error.message }] : []
    })
    const refused = faults.length > 0 ? faults : batch.map((mark) => ({ mark, why: error.message }))
    await this.drop(
      refused.map(({ mark }) => mark),
      refused,
    )
    queryClient.invalidateQueries({ queryKey: ['attendance', this.driveId] })
    queryClient.invalidateQueries({ queryKey: ['drives', this.driveId] })
  }

  private async drop(marks: readonly QueuedMark[], refused: readonly Refused[] = []) {
    const gone = new Set(marks.map(({ id }) => id))
    await change<Stored>(this.key, (old = nothing) => ({
      queue: old.queue.filter(({ id }) => !gone.has(id)),
      refused: [...old.refused, ...refused],
    }))
    await this.load()
    this.tabs.postMessage(refused.length > 0 ? [] : marks)
    await this.tidy()
  }

  async dismissRefused() {
    await change<Stored>(this.key, (old = nothing) => ({ ...old, refused: [] }))
    await this.load()
    this.tabs.postMessage([])
    await this.tidy()
  }

  /** An empty queue leaves nothing behind. */
  private tidy() {
    return removeIf<Stored>(this.key, ({ queue, refused }) => queue.length === 0 && refused.length === 0)
  }

  dismissNotes() {
    this.set({ notes: [] })
  }

  private async remember(sent: readonly QueuedMark[]) {
    if (sent.length === 0) return
    const status = new Map<number, Status | null>()
    for (const mark of sent) {
      status.set(mark.student_id, mark.status)
      this.taken.set(mark.student_id, { name: whom(mark), status: mark.status, at: performance.now() })
    }
    const key = attendanceKey(this.userId, this.driveId)
    queryClient.setQueryData<Attendee[]>(key, (rows) => rows && withMarks(rows, status))
    return keepMarks(this.userId, this.driveId, status)
  }

  /** compared is a list as the server gave it, asked at a moment: what was taken after that is not in it yet. */
  compared(rows: readonly Attendee[], asked: number): Attendee[] {
    const notes: Note[] = []
    const waiting = new Set(this.state.queue.map(({ student_id }) => student_id))
    const now = rows.map((row) => {
      const taken = this.taken.get(row.student_id)
      if (!taken || taken.status === row.status) return row
      if (taken.at >= asked) return { ...row, status: taken.status }
      this.taken.delete(row.student_id)
      if (!waiting.has(row.student_id)) notes.push(note(t.attendance.changedByOther(taken.name, named(row.status))))
      return row
    })
    if (notes.length > 0) this.set({ notes: [...this.state.notes, ...notes] })
    return now
  }
}

/** Refusals that asking again does not change. */
const refusals = new Set([400, 403, 404, 409, 413, 422])

class SomebodyElse extends Error {}

export const attendanceKey = (userId: number, driveId: number) => ['attendance', driveId, userId]

const named = (status: Status | null) => (status ? t.attendance.status[status] : t.attendance.unmarked)
const whom = ({ roll_number, name }: { roll_number: string; name: string }) => `${roll_number} ${name}`
const note = (text: string): Note => ({ id: newId(), text })

const isSame = (a: readonly QueuedMark[], b: readonly QueuedMark[]) =>
  a.length === b.length && a.every(({ id }, i) => id === b[i]?.id)

let made = 0
const newId = () => `${Date.now()}-${++made}-${Math.random().toString(36).slice(2)}`

async function post(driveId: number, batch: readonly QueuedMark[]) {
  const signal = AbortSignal.timeout(patience)
  const marks = batch.map(({ student_id, status }) => ({ student_id, status: status ?? 'NONE' }))
  await api.POST('/attendance/{id}/mark-bulk', { params: { path: { id: driveId } }, body: { marks }, signal })
}

/** listed is everybody registered, by roll number, as the server has it. */
export async function listed(driveId: number): Promise<Attendee[]> {
  const signal = AbortSignal.timeout(patience)
  const rows = await data(api.GET('/attendance/{id}/list', { params: { path: { id: driveId } }, signal }))
  return rows.map(({ student_id, roll_number, name, status }) => ({
    student_id,
    roll_number,
    name,
    status: status as Status | null,
  }))
}

const outboxes = new Map<string, Outbox>()

export function outboxOf(userId: number, driveId: number): Outbox {
  const key = `${userId}:${driveId}`
  const known = outboxes.get(key)
  if (known) return known
  const made = new Outbox(userId, driveId)
  outboxes.set(key, made)
  return made
}

/** resume sends what a person left unsent in this browser, whatever page is open. Returns the drives. */
export async function resume(userId: number): Promise<number[]> {
  const start = `${unsent}${userId}:`
  const drives = (await keysBeginning(start)).map((key) => Number(key.slice(start.length)))
  for (const driveId of drives) outboxOf(userId, driveId).again()
  return drives
}

/** rest is for when somebody signs out. */
export function rest() {
  for (const outbox of outboxes.values()) outbox.rest()
}

window.addEventListener('online', () => {
  for (const outbox of outboxes.values()) outbox.again()
})

function nudge() {
  for (const outbox of outboxes.values()) outbox.nudge()
}

document.addEventListener('visibilitychange', nudge)
api.use({
  onResponse: ({ response }) => {
    if (response.ok) nudge()
  },
})
