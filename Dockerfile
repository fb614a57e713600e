# syntax=docker/dockerfile:1
# Waybill's own image: one of `up`, `gateway`, `worker`, `migrate` per container. docs/operate.md says how it is used.

FROM node:24-bookworm-slim AS build
WORKDIR /waybill
COPY package.json package-lock.json .npmrc ./
COPY portal/package.json portal/
RUN npm ci
COPY . .
RUN npm run build

FROM node:24-bookworm-slim AS packages
WORKDIR /waybill
COPY package.json package-lock.json .npmrc ./
COPY portal/package.json portal/
RUN npm ci --omit=dev

FROM node:24-bookworm-slim
ENV NODE_ENV=production \
    WAYBILL_HOST=0.0.0.0 \
    WAYBILL_DATA_DIR=/var/lib/waybill
WORKDIR /waybill
COPY --from=packages /waybill/node_modules node_modules
COPY --from=build /waybill/dist dist
COPY package.json LICENSE ./
RUN install -d -o node -g node /var/lib/waybill
USER node
EXPOSE 8420
# Of the gateway and of the worker alike; a gateway whose Temporal is away still takes events, so only life is asked for.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.WAYBILL_PORT || 8420) + '/health/live').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "dist/cli/waybill.js"]
CMD ["gateway"]
