CREATE TABLE "connectors" (
	"organization_id" text NOT NULL,
	"number" integer NOT NULL,
	"name" text NOT NULL,
	"url" text NOT NULL,
	"region" text NOT NULL,
	"bucket" text NOT NULL,
	"path_style" boolean NOT NULL,
	"credentials" "bytea" NOT NULL,
	"deleted_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "connectors_organization_id_number_pk" PRIMARY KEY("organization_id","number")
);
--> statement-breakpoint
CREATE TABLE "dataset_chunks" (
	"organization_id" text NOT NULL,
	"dataset_id" text NOT NULL,
	"version" integer NOT NULL,
	"position" integer NOT NULL,
	"body" "bytea" NOT NULL,
	CONSTRAINT "dataset_chunks_organization_id_dataset_id_version_position_pk" PRIMARY KEY("organization_id","dataset_id","version","position")
);
--> statement-breakpoint
CREATE TABLE "dataset_exports" (
	"delivery_id" text PRIMARY KEY NOT NULL,
	"organization_id" text NOT NULL,
	"generation" integer NOT NULL,
	"tries" integer NOT NULL,
	"dataset_id" text NOT NULL,
	"connector_number" integer NOT NULL,
	"format" text NOT NULL,
	"bucket" text NOT NULL,
	"key" text NOT NULL,
	"upload_id" text,
	"records" bigint,
	"bytes" bigint,
	"status" text NOT NULL,
	"reason" text,
	"started_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"completed_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "datasets" (
	"organization_id" text NOT NULL,
	"id" text NOT NULL,
	"version" integer DEFAULT 0 NOT NULL,
	"latest_upload" integer DEFAULT 0 NOT NULL,
	"upload_touched_at" timestamp (3) with time zone,
	"records_url" text,
	"records" bigint,
	"bytes" bigint,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "datasets_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
CREATE TABLE "endpoint_health" (
	"endpoint_id" text NOT NULL,
	"bucket" bigint NOT NULL,
	"attempts" integer NOT NULL,
	"failed" integer NOT NULL,
	CONSTRAINT "endpoint_health_endpoint_id_bucket_pk" PRIMARY KEY("endpoint_id","bucket")
);
--> statement-breakpoint
CREATE TABLE "places" (
	"delivery_id" text NOT NULL,
	"number" integer NOT NULL,
	"endpoint_id" text NOT NULL,
	"stamped_at" timestamp (3) with time zone,
	CONSTRAINT "places_delivery_id_number_pk" PRIMARY KEY("delivery_id","number")
);
--> statement-breakpoint
CREATE TABLE "portal_links" (
	"id" text PRIMARY KEY NOT NULL,
	"organization_id" text NOT NULL,
	"token_hash" "bytea" NOT NULL,
	"read_only" boolean DEFAULT false NOT NULL,
	"options" text DEFAULT '{}' NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"used_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "portal_sessions" (
	"id" text PRIMARY KEY NOT NULL,
	"link_id" text NOT NULL,
	"organization_id" text NOT NULL,
	"cookie_hash" "bytea" NOT NULL,
	"read_only" boolean NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "source_receipts" (
	"id" text PRIMARY KEY NOT NULL,
	"source_id" text NOT NULL,
	"outcome" text NOT NULL,
	"reason" text,
	"source_event_id" text,
	"event_id" text,
	"body_bytes" integer NOT NULL,
	"received_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sources" (
	"id" text PRIMARY KEY NOT NULL,
	"organization_id" text NOT NULL,
	"name" text NOT NULL,
	"dialect" text NOT NULL,
	"token_hash" "bytea" NOT NULL,
	"secret" "bytea",
	"headers" "bytea",
	"deleted_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "deliveries" ADD COLUMN "test" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "deliveries" ADD COLUMN "export_state" text;--> statement-breakpoint
ALTER TABLE "deliveries" ADD COLUMN "failed_by" text;--> statement-breakpoint
ALTER TABLE "endpoints" ADD COLUMN "rate_per_second" integer;--> statement-breakpoint
ALTER TABLE "endpoints" ADD COLUMN "max_per_hour" integer;--> statement-breakpoint
ALTER TABLE "endpoints" ADD COLUMN "alert_failure_share" real;--> statement-breakpoint
ALTER TABLE "endpoints" ADD COLUMN "disable_failure_share" real;--> statement-breakpoint
ALTER TABLE "endpoints" ADD COLUMN "basic_auth" "bytea";--> statement-breakpoint
ALTER TABLE "events" ADD COLUMN "test" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "events" ADD COLUMN "source_id" text;--> statement-breakpoint
ALTER TABLE "events" ADD COLUMN "source_event_id" text;--> statement-breakpoint
ALTER TABLE "events" ADD COLUMN "flag" text;--> statement-breakpoint
ALTER TABLE "organizations" ADD COLUMN "watches_installation" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "connectors" ADD CONSTRAINT "connectors_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "datasets" ADD CONSTRAINT "datasets_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "portal_links" ADD CONSTRAINT "portal_links_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "portal_sessions" ADD CONSTRAINT "portal_sessions_link_id_portal_links_id_fk" FOREIGN KEY ("link_id") REFERENCES "public"."portal_links"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sources" ADD CONSTRAINT "sources_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "places_endpoint" ON "places" USING btree ("endpoint_id","stamped_at");--> statement-breakpoint
CREATE UNIQUE INDEX "portal_links_token" ON "portal_links" USING btree ("token_hash");--> statement-breakpoint
CREATE INDEX "portal_links_organization" ON "portal_links" USING btree ("organization_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "portal_sessions_cookie" ON "portal_sessions" USING btree ("cookie_hash");--> statement-breakpoint
CREATE INDEX "source_receipts_source" ON "source_receipts" USING btree ("source_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "sources_token" ON "sources" USING btree ("token_hash");--> statement-breakpoint
CREATE INDEX "sources_organization" ON "sources" USING btree ("organization_id","id");--> statement-breakpoint
CREATE INDEX "deliveries_queued" ON "deliveries" USING btree ("endpoint_id",(tries = 0),"id") WHERE status = 'pending' and workflow_id is null and held;--> statement-breakpoint
CREATE UNIQUE INDEX "events_source" ON "events" USING btree ("source_id","source_event_id") WHERE source_id is not null;--> statement-breakpoint
CREATE INDEX "organizations_watching" ON "organizations" USING btree ("id") WHERE watches_installation;