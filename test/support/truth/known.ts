/** Where we and the loader disagree on purpose, or must: by fault. `docs/accuracy.md` prints the same. */
export const KNOWN_DISAGREEMENTS: Readonly<Record<string, string>> = {
  index_missing_entry: 'transformers 5 loads whole shards and finds the tensor all the same; transformers 4 and vLLM go by the index and do not. An error, since the same files are two models.',
  index_wrong_shard: 'As above: some loaders find the tensor in the shard that really holds it, others look where the index says.',
  lightning_prefix: 'The base prefix once more before every name: transformers 5 takes it off, transformers 4 (run) and vLLM lose all of it. An error, since the same files are two models.',
  index_extra_entry: 'transformers 4 lists a name that only the index has as unexpected; we report it as a disagreement of index and shards.',
  index_stale_tensor_dropped: 'transformers 4 believes the index and reports nothing missing, while the parameter stays unset. We report the loss.',
  index_stale_head_dropped: 'As above, for the head.',
  embedding_dropped_head_kept: 'transformers 4 reports nothing missing where only the head of a tied pair is stored, while the embedding stays unset (run, and looked at). We report the loss.',
  rotary_inv_freq: 'Buffers that older releases stored are never a finding, also where a loader lists them as unexpected.',
  extra_layer: 'A layer too many is named as it stands on disk; the loader names what it makes of it.',
  automodel_save: 'Encoders are used bare as often as with a head: without a base, a declared class or labels, nothing shows that a head was lost. Unknown.',
  config_missing: 'Without config and base nothing says what the weights are. Unknown.',
  quantised_mxfp4_config_missing: 'Packed weights without a config: the loader lists the packed names, we the parameters that they stand for.',
  peft_resized_vocab: 'Only the base shows whether an embedding stored in an adapter fits. Unknown without it.',
  peft_bare_class: 'The adapter says that it is for feature extraction, where the bare class is the right one: sound there, though not on the class that the oracle loads.',
  new_release_names: 'Names that a newer release writes and the older one does not know; judged by the rules of the release that wrote them.',
};
