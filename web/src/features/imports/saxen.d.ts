/** What is used of saxen, which comes without types. */
declare module 'saxen' {
  export class Parser {
    on(what: 'openTag', hear: (name: string, attributes: () => Record<string, string>) => void): this
    on(what: 'closeTag', hear: (name: string) => void): this
    on(what: 'text', hear: (text: string, decoded: (text: string) => string) => void): this
    on(what: 'cdata', hear: (text: string) => void): this
    parse(xml: string): this
  }
}
