import { checkAborted } from '../../../core/abort.js';
import { CallError, type Completion, type CompletionRequest, type Provider, type Usage } from '../provider.js';
import { resolveRulesOptions, type ResolvedRulesOptions, type RulesOptions } from './options.js';
import { applyRules } from './refine-by-rules.js';

/** The document of a prompt, and the name of the tags around it. */
export interface FencedDocument {
  readonly tag: string;
  readonly text: string;
}

const NO_USAGE: Usage = Object.freeze({ inputTokens: 0, cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens: 0 });

/**
 * The refiner by rules in the place of a model: it takes the document out of the prompt and answers with it in the same fence. What
 * else the prompt asks for is not read. Nothing is sent and nothing costs; a call works on the calling thread.
 */
export class RulesProvider implements Provider {
  readonly name = 'rules';
  readonly #documentOf: (prompt: string) => FencedDocument | undefined;
  readonly #options: ResolvedRulesOptions;

  /**
   * @param documentOf - reads the fence that the prompts of the run have; `undefined` where there is none.
   * @throws MillraceError `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE`, `ERR_OPTION_UNKNOWN`.
   */
  constructor(documentOf: (prompt: string) => FencedDocument | undefined, options?: RulesOptions) {
    this.#documentOf = documentOf;
    this.#options = resolveRulesOptions(options);
  }

  /** @throws CallError `ERR_PROVIDER_REQUEST` for a prompt without a document; MillraceError `ERR_ABORTED`. */
  async call(request: CompletionRequest, signal: AbortSignal): Promise<Completion> {
    checkAborted(signal);
    const document = this.#documentOf(request.user);
    if (document === undefined)
      throw new CallError('ERR_PROVIDER_REQUEST', 'the prompt must hold a fenced document, got none', {
        mayBeCharged: false,
      });
    const refined = applyRules(document.text, this.#options).text;
    return {
      text: `<${document.tag}>\n${refined}\n</${document.tag}>`,
      finish: 'stop',
      usage: NO_USAGE,
      limits: undefined,
    };
  }

  async close(): Promise<void> {}
}
