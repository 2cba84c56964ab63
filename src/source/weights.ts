/** Names of files of weights: whoever names one of them means it with the config beside it. */
export const WEIGHTS = /\.(?:safetensors|bin|pt|pth|ckpt|gguf)$/;
