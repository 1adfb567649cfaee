import { connect } from 'node:net'

/**
 * execute runs SQL in the database of a placeops by its private socket, and answers the rows of the statements: for a season's
 * worth of data that the API would take minutes to make. It speaks as much of PostgreSQL's protocol as that needs.
 */
export function execute(socket: string, sql: string): Promise<string[][]> {
  return new Promise((done, failed) => {
    const rows: string[][] = []
    const connection = connect(socket, () => connection.write(startup))
    let unread = Buffer.alloc(0)
    let fault: Error | null = null
    let isAsked = false
    const take = (kind: string, body: Buffer) => {
      if (kind === 'D') rows.push(cellsOf(body))
      if (kind === 'E') fault = new Error(body.toString().replaceAll('\0', ' '))
      if (kind !== 'Z' && !(kind === 'E' && !isAsked)) return
      if (!isAsked && !fault) connection.write(message('Q', `${sql}\0`))
      else connection.end()
      isAsked = true
    }
    connection.on('data', (more) => {
      unread = Buffer.concat([unread, more])
      while (unread.length >= 5 && unread.length > unread.readUInt32BE(1)) {
        const end = unread.readUInt32BE(1) + 1
        take(String.fromCharCode(unread[0] ?? 0), unread.subarray(5, end))
        unread = unread.subarray(end)
      }
    })
    connection.once('error', failed)
    connection.once('close', () => (fault ? failed(fault) : done(rows)))
  })
}

const protocol = 196_608 // 3.0

const startup = (() => {
  const names = Buffer.from('user\0placeops\0database\0placeops\0\0')
  const head = Buffer.alloc(8)
  head.writeUInt32BE(head.length + names.length, 0)
  head.writeUInt32BE(protocol, 4)
  return Buffer.concat([head, names])
})()

function message(kind: string, text: string): Buffer {
  const body = Buffer.from(text)
  const head = Buffer.alloc(5)
  head.write(kind)
  head.writeUInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

function cellsOf(row: Buffer): string[] {
  const cells: string[] = []
  let at = 2
  for (let n = row.readUInt16BE(0); n > 0; n--) {
    const length = Math.max(0, row.readInt32BE(at)) // -1: NULL
    at += 4
    cells.push(row.toString('utf8', at, at + length))
    at += length
  }
  return cells
}
