/** The options of `millrace explain` as commander hands them over. */
export interface ExplainFlags {
  readonly config?: string;
  readonly textField?: string;
  readonly idField?: string;
  readonly json?: boolean;
  readonly debug?: boolean;
}
