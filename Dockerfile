# The server in a container: docker compose up (compose.yaml). docs/guide/run-as-a-service.md has the reasons.
FROM node:24-slim AS packed
WORKDIR /src
COPY . .
RUN npm ci --ignore-scripts
RUN npm run build
RUN mkdir -p /packed && npm pack --workspaces --ignore-scripts --pack-destination /packed && rm /packed/*testkit*

FROM node:24-slim
WORKDIR /opt/duoport
COPY --from=packed /packed /packed
RUN npm install --omit=dev --no-fund --no-audit /packed/*.tgz && rm -r /packed
RUN mkdir -p /data && chown 1000:1000 /data
# `node` of the base image: it owns nothing but /data.
USER 1000:1000
ENV DUOPORT_DIRECTORY=/data
ENV DUOPORT_LISTENERS=[2121]
ENV DUOPORT_PASSIVE_PORTS=30000-30009
ENV DUOPORT_METRICS_LISTEN=127.0.0.1:9121
ENV DUOPORT_LOGS_FORMAT=json
# The control port, and the passive range: small, because each port is published by itself.
EXPOSE 2121 30000-30009
VOLUME /data
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["node", "-e", "fetch('http://127.0.0.1:9121/healthz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "/opt/duoport/node_modules/duoport/bin/duoport.js"]
CMD ["serve"]
