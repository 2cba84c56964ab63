/** The build without clustering, the one that Octokit's plugins load; its package types the whole build only. */
declare module 'bottleneck/light.js' {
  import Bottleneck from 'bottleneck';
  export default Bottleneck;
}
