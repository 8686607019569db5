// The store that @lti-tool/core asks for: everything in memory, for as long as the process runs.

export class Store {
  configurations = new Map();
  nonces = new Map();
  sessions = new Map();

  async getLaunchConfig(iss, clientId, deploymentId) {
    return this.configurations.get(JSON.stringify([iss, clientId, deploymentId]));
  }

  async saveLaunchConfig(configuration) {
    const { iss, clientId, deploymentId } = configuration;
    this.configurations.set(JSON.stringify([iss, clientId, deploymentId]), configuration);
  }

  async storeNonce(nonce, expiresAt) {
    this.nonces.set(nonce, expiresAt);
  }

  /** Whether the nonce is ours and still good; it is not a second time. */
  async validateNonce(nonce) {
    const expiresAt = this.nonces.get(nonce);
    this.nonces.delete(nonce);
    return expiresAt !== undefined && expiresAt > new Date();
  }

  async addSession(session) {
    this.sessions.set(session.id, session);
    return session.id;
  }

  async getSession(id) {
    return this.sessions.get(id);
  }
}
