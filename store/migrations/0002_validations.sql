CREATE TABLE "risk_exceptions" (
	"organization_id" text NOT NULL,
	"id" uuid NOT NULL,
	"rule_id" text NOT NULL,
	"file_name" text NOT NULL,
	"location" text NOT NULL,
	"reason" text NOT NULL,
	"requested_by_email" text NOT NULL,
	"status" text NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"warned_for" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "risk_exceptions_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
CREATE TABLE "validations" (
	"organization_id" text NOT NULL,
	"id" uuid NOT NULL,
	"platform" text NOT NULL,
	"file_name" text NOT NULL,
	"label" text,
	"passed" boolean NOT NULL,
	"score" double precision NOT NULL,
	"enforcement_mode" text NOT NULL,
	"policy_pack_slug" text NOT NULL,
	"validated_at" timestamp (3) with time zone NOT NULL,
	"summary" text NOT NULL,
	"result" text NOT NULL,
	"fingerprint" text NOT NULL,
	"alerted_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "validations_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
ALTER TABLE "organizations" ADD COLUMN "score_threshold" double precision;--> statement-breakpoint
ALTER TABLE "organizations" ADD COLUMN "warning_window_days" integer DEFAULT 7 NOT NULL;--> statement-breakpoint
ALTER TABLE "organizations" ADD COLUMN "scan_hour" integer DEFAULT 4 NOT NULL;--> statement-breakpoint
ALTER TABLE "organizations" ADD COLUMN "scan_time_zone" text DEFAULT 'UTC' NOT NULL;--> statement-breakpoint
CREATE INDEX "risk_exceptions_created" ON "risk_exceptions" USING btree ("organization_id","created_at","id");--> statement-breakpoint
CREATE INDEX "risk_exceptions_due" ON "risk_exceptions" USING btree ("organization_id","expires_at","id") WHERE status = 'approved';--> statement-breakpoint
CREATE INDEX "validations_created" ON "validations" USING btree ("organization_id","created_at","id");--> statement-breakpoint
CREATE INDEX "events_keyed" ON "events" USING btree ("organization_id","created_at") WHERE idempotency_key is not null;--> statement-breakpoint
CREATE INDEX "organizations_scan" ON "organizations" USING btree ("scan_time_zone","scan_hour","id");